-- What a pharmacy wrote when it gave an order back.
ALTER TABLE dispenses ADD COLUMN declined_words TEXT;
-- What a pharmacist approved, whatever became of it: all, in a state, of a resident.
CREATE INDEX prescriptions_approved_by ON prescriptions (pharmacist_id, approved_at, id) WHERE approved_at IS NOT NULL;
CREATE INDEX prescriptions_approved_by_in_state ON prescriptions (pharmacist_id, state, approved_at, id) WHERE approved_at IS NOT NULL;
CREATE INDEX prescriptions_approved_for ON prescriptions (resident_id, approved_at, id) WHERE approved_at IS NOT NULL;
