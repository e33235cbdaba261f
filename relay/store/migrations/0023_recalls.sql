-- Batches that were called back, and the homes that were given of them. Where every other unit is, is not kept: stock, orders and parcels say it.
CREATE TABLE recalls (
    id TEXT PRIMARY KEY NOT NULL,
    version BIGINT NOT NULL,
    state TEXT NOT NULL,
    drug_id TEXT NOT NULL,
    batch TEXT NOT NULL,
    level TEXT NOT NULL,
    reason TEXT NOT NULL,
    authority TEXT NOT NULL,
    announced_on TEXT NOT NULL,
    pharmacy_id TEXT REFERENCES pharmacies (id),
    declared_by TEXT NOT NULL REFERENCES staff (id),
    declared_at BIGINT NOT NULL,
    closed_by TEXT REFERENCES staff (id),
    closed_at BIGINT,
    closed_reason TEXT,
    withdrawn_by TEXT REFERENCES staff (id),
    withdrawn_at BIGINT,
    withdrawn_reason TEXT
);
CREATE INDEX recalls_by_state ON recalls (state, declared_at, id);
CREATE INDEX recalls_of_drug ON recalls (drug_id, state, declared_at, id);
-- A batch is called back once at a time; picking, parcels and doses ask for it.
CREATE UNIQUE INDEX recalls_barring ON recalls (drug_id, batch) WHERE state <> 'withdrawn';
CREATE TABLE recall_homes (
    recall_id TEXT NOT NULL REFERENCES recalls (id),
    home_id TEXT NOT NULL REFERENCES homes (id),
    version BIGINT NOT NULL,
    state TEXT NOT NULL,
    supplied BIGINT NOT NULL CHECK (supplied >= 0),
    asked_at BIGINT NOT NULL,
    answered_at BIGINT,
    answered_by TEXT REFERENCES staff (id),
    set_apart BIGINT CHECK (set_apart >= 0),
    given BIGINT CHECK (given >= 0),
    note TEXT,
    PRIMARY KEY (recall_id, home_id)
);
CREATE INDEX stock_by_batch ON stock (drug_id, batch);
