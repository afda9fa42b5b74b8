-- Whether a code to the factor's own mailbox or number set the present password: beside that password it shows nothing more.
ALTER TABLE factors ADD COLUMN set_password BIGINT NOT NULL DEFAULT 0;
