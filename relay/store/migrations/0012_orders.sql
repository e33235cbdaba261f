-- What has reached the home of each line, questions to the prescriber, and the prescription that one takes the place of.
ALTER TABLE prescriptions ADD COLUMN supplied TEXT NOT NULL DEFAULT '[]';
ALTER TABLE prescriptions ADD COLUMN questions TEXT NOT NULL DEFAULT '[]';
ALTER TABLE prescriptions ADD COLUMN replaces TEXT;
CREATE INDEX prescriptions_by_replaced ON prescriptions (replaces);
-- Why a parcel may not be handed over.
ALTER TABLE deliveries ADD COLUMN quarantine TEXT;
