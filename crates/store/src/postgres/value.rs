//! Values on their way to PostgreSQL and back: the queries speak SQLite's five types.

use super::error::PostgresError;
use rusqlite::types::ValueRef;
use std::error::Error;
use tokio_postgres::Row;
use tokio_postgres::types::private::BytesMut;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};

/// The value of a column, counted from 0.
pub(crate) fn value(row: &Row, index: usize) -> Result<ValueRef<'_>, PostgresError> {
    row.try_get::<_, Found<'_>>(index).map(|found| found.0).map_err(PostgresError::from)
}

struct Found<'a>(ValueRef<'a>);

impl<'a> FromSql<'a> for Found<'a> {
    fn from_sql(ty: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(Self(match *ty {
            Type::BOOL => ValueRef::Integer(bool::from_sql(ty, raw)?.into()),
            Type::INT2 => ValueRef::Integer(i16::from_sql(ty, raw)?.into()),
            Type::INT4 => ValueRef::Integer(i32::from_sql(ty, raw)?.into()),
            Type::INT8 => ValueRef::Integer(i64::from_sql(ty, raw)?),
            Type::FLOAT8 => ValueRef::Real(f64::from_sql(ty, raw)?),
            Type::BYTEA => ValueRef::Blob(raw),
            Type::TEXT | Type::VARCHAR => ValueRef::Text(raw),
            _ => return Err(format!("no value of type {ty} is read here").into()),
        }))
    }

    fn from_sql_null(_: &Type) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(Self(ValueRef::Null))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

/// A value to be bound, in the type that PostgreSQL has inferred for its place.
#[derive(Debug)]
pub(super) struct Bound<'a>(pub(super) ValueRef<'a>);

impl ToSql for Bound<'_> {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match (self.0, ty) {
            (ValueRef::Null, _) => Ok(IsNull::Yes),
            (ValueRef::Integer(n), &Type::INT8) => n.to_sql(ty, out),
            (ValueRef::Integer(n), &Type::INT4) => i32::try_from(n)?.to_sql(ty, out),
            (ValueRef::Integer(n), &Type::INT2) => i16::try_from(n)?.to_sql(ty, out),
            (ValueRef::Integer(n), &Type::BOOL) => (n != 0).to_sql(ty, out),
            (ValueRef::Real(x), &Type::FLOAT8) => x.to_sql(ty, out),
            (ValueRef::Text(text), &Type::TEXT | &Type::VARCHAR) => {
                std::str::from_utf8(text)?.to_sql(ty, out)
            }
            (ValueRef::Blob(bytes), &Type::BYTEA) => bytes.to_sql(ty, out),
            (value, ty) => Err(format!("a {} is bound where {ty} is wanted", value.data_type()).into()),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}
