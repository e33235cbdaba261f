-- Every list is read along an index that ends in the list's own order, so that a page costs the same whatever lies behind it (`walks.rs`, pinned by tests/plans.rs).
-- Prescriptions: one walk for each state, of a home, a specialist (0013), a pharmacist, a pharmacy; without any of them by state (0001).
DROP INDEX prescriptions_by_time;
CREATE INDEX prescriptions_of_home ON prescriptions (home_id, state, state_since, id);
CREATE INDEX prescriptions_of_pharmacist ON prescriptions (pharmacist_id, state, state_since, id);
CREATE INDEX prescriptions_of_pharmacy ON prescriptions (pharmacy_id, state, state_since, id);
CREATE INDEX prescriptions_by_pharmacy_and_creation ON prescriptions (pharmacy_id, created_at, id);
DROP INDEX prescriptions_by_resident;
CREATE INDEX prescriptions_by_resident ON prescriptions (resident_id, created_at, id);
CREATE INDEX deliveries_of_home ON deliveries (home_id, state, created_at, id);
CREATE INDEX deliveries_of_pharmacy ON deliveries (pharmacy_id, state, created_at, id);
CREATE INDEX deliveries_by_time ON deliveries (created_at, id);
DROP INDEX deliveries_by_resident;
CREATE INDEX deliveries_by_resident ON deliveries (resident_id, created_at, id);
CREATE INDEX discrepancies_of_home ON discrepancies (home_id, state, opened_at, id);
CREATE INDEX discrepancies_of_pharmacy ON discrepancies (pharmacy_id, state, opened_at, id);
CREATE INDEX refills_of_home ON refills (home_id, state, asked_at, id);
CREATE INDEX refills_of_specialist ON refills (specialist_id, state, asked_at, id);
CREATE INDEX consultations_of_home ON consultations (home_id, state, requested_at, id);
DROP INDEX consultations_by_resident;
CREATE INDEX consultations_by_resident ON consultations (resident_id, requested_at, id);
-- What ties a specialist to a resident is looked up for each resident of a page.
CREATE INDEX consultations_by_tie ON consultations (resident_id, specialist_id, requested_at);
CREATE INDEX referrals_by_state ON referrals (state, created_at, id);
CREATE INDEX referrals_of_home ON referrals (home_id, state, created_at, id);
CREATE INDEX transports_by_state ON transports (state, created_at, id);
CREATE INDEX transports_of_home ON transports (home_id, state, created_at, id);
CREATE INDEX transports_by_resident ON transports (resident_id, created_at, id);
CREATE INDEX urgent_calls_by_home ON urgent_calls (home_id, raised_at, id);
CREATE INDEX urgent_calls_open ON urgent_calls (raised_at, id) WHERE open = 1;
CREATE INDEX break_glass_unreviewed ON break_glass (opened_at, id) WHERE reviewed_at IS NULL;
CREATE INDEX appointments_by_time ON appointments (starts_at, consultation_id);
CREATE INDEX visits_by_day ON visits (planned_on, id);
-- Nearly every record was merged into nothing: as a value of an index that would be nearly all of them.
DROP INDEX residents_by_survivor;
CREATE INDEX residents_by_survivor ON residents (merged_into) WHERE merged_into IS NOT NULL;
CREATE INDEX residents_by_place ON residents (home_id, bed, id) WHERE merged_into IS NULL;
-- Batches of which something is there; the others are history.
CREATE INDEX stock_there ON stock (pharmacy_id, drug_id, expiry, batch) WHERE on_hand + underway + quarantined > 0;
-- The audit log as the administrator searches it.
CREATE INDEX audit_by_kind ON audit (kind, seq);
CREATE INDEX audit_by_entity ON audit (entity_id, seq);
CREATE INDEX audit_by_actor ON audit (actor_id, seq);
CREATE INDEX audit_by_purpose ON audit (purpose, seq) WHERE purpose IS NOT NULL;
CREATE INDEX audit_by_time ON audit (at, seq);
