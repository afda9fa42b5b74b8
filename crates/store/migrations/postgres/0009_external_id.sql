-- What a user is called in another system; unique in the tenant as a row of user_identifiers of kind 'external_id'.
ALTER TABLE users ADD COLUMN external_id TEXT COLLATE "C";
