-- The secret of an accepted order, sealed with the relay's key. What was kept in clear is sealed at the relay's next start and stays NULL from then on.
ALTER TABLE prescriptions ADD COLUMN sealed_secret TEXT;
CREATE INDEX prescriptions_open_secret ON prescriptions (id) WHERE accept_secret IS NOT NULL;
CREATE INDEX prescriptions_sealed_secret ON prescriptions (id) WHERE sealed_secret IS NOT NULL;
