-- Searches of the FHIR interface read a history that does not move while it is read: by the time of writing or planning.
CREATE INDEX prescriptions_by_creation ON prescriptions (created_at, id);
CREATE INDEX prescriptions_by_home_and_creation ON prescriptions (home_id, created_at, id);
CREATE INDEX deliveries_by_resident ON deliveries (resident_id, created_at);
CREATE INDEX visits_by_planning ON visits (planned_at, id);
