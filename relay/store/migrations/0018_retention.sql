-- Holds on residents' records: while one is placed, nothing of the record is deleted.
CREATE TABLE legal_holds (
    id TEXT PRIMARY KEY NOT NULL,
    version BIGINT NOT NULL,
    state TEXT NOT NULL,
    resident_id TEXT NOT NULL REFERENCES residents (id),
    home_id TEXT NOT NULL REFERENCES homes (id),
    reason TEXT NOT NULL,
    placed_at BIGINT NOT NULL,
    placed_by TEXT NOT NULL REFERENCES staff (id),
    released_at BIGINT,
    released_by TEXT REFERENCES staff (id)
);
CREATE INDEX legal_holds_by_resident ON legal_holds (resident_id, state);
CREATE INDEX legal_holds_by_time ON legal_holds (placed_at, id);
