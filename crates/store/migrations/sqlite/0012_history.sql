-- What a sign-in was assessed to be.
ALTER TABLE sessions ADD COLUMN risk_score INTEGER;   -- 0–100; NULL: opened before there were assessments
ALTER TABLE sessions ADD COLUMN risk_level TEXT;
ALTER TABLE challenges ADD COLUMN risk_score INTEGER; -- likewise
ALTER TABLE challenges ADD COLUMN risk_level TEXT;
