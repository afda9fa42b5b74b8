//! Judging what a user proves a factor with.

use crate::commit::{Change, Guard};
use crate::factor::{self, Factor, FactorKind, TotpSecret};
use crate::parts::Parts;
use crate::time::Timestamp;
use authms_crypto::SecretString;

/// What was found, and what a commit makes of it. Right or wrong, its guards go with it: what is not written was never
/// told.
pub(crate) struct Judged {
    /// Whether the factor was proved.
    pub right: bool,
    /// Under which the outcome counts.
    pub guards: Vec<Guard>,
    /// What the outcome changes.
    pub changes: Vec<Change>,
}

/// Judges a code of a kind, by all the factors of that kind that can be proved now.
pub(crate) fn judge(
    parts: &Parts,
    factors: &[Factor],
    kind: FactorKind,
    code: &SecretString,
    now: Timestamp,
) -> Judged {
    let tried: Vec<&Factor> = factors.iter().filter(|f| f.kind == kind && f.is_usable()).collect();
    let proved = tried.iter().find_map(|f| Some((*f, step(parts, f, code, now)?)));
    match proved {
        Some((factor, step)) => right(factor, step),
        None => wrong(&tried),
    }
}

/// The step that proves an authenticator app; other kinds have no codes of their own yet.
fn step(parts: &Parts, factor: &Factor, code: &SecretString, now: Timestamp) -> Option<i64> {
    TotpSecret::of(parts, factor)?.step(code.expose(), now, factor.last_step)
}

fn right(factor: &Factor, step: i64) -> Judged {
    let (user, id) = (factor.user, factor.id);
    Judged {
        right: true,
        guards: vec![Guard::FactorUsable { user, id }, Guard::StepUnspent { user, id, step }],
        changes: vec![Change::Factor(factor::Change::Use { user, id, step: Some(step) })],
    }
}

fn wrong(tried: &[&Factor]) -> Judged {
    Judged {
        right: false,
        guards: tried.iter().map(|f| Guard::FactorUsable { user: f.user, id: f.id }).collect(),
        changes: tried
            .iter()
            .map(|f| Change::Factor(factor::Change::Fail { user: f.user, id: f.id }))
            .collect(),
    }
}
