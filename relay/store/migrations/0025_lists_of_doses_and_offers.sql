-- What was written about doses, newest first: of a home, and of a resident.
CREATE INDEX dose_entries_by_home ON dose_entries (home_id, at, id);
CREATE INDEX dose_entries_by_resident ON dose_entries (resident_id, at, id);
-- What came into the pool, newest first: the administrator sees which pharmacies were asked.
CREATE INDEX prescriptions_by_approval ON prescriptions (approved_at, id) WHERE approved_at IS NOT NULL;
