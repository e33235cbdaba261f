-- What each pharmacy has of each batch, and where every unit went: the numbers of a row always add up, whatever the program does.
CREATE TABLE stock (
    id TEXT PRIMARY KEY NOT NULL,
    version BIGINT NOT NULL,
    pharmacy_id TEXT NOT NULL REFERENCES pharmacies (id),
    drug_id TEXT NOT NULL,
    batch TEXT NOT NULL,
    expiry TEXT NOT NULL,
    gtin TEXT,
    received BIGINT NOT NULL CHECK (received >= 0),
    corrected BIGINT NOT NULL,
    on_hand BIGINT NOT NULL CHECK (on_hand >= 0),
    underway BIGINT NOT NULL CHECK (underway >= 0),
    quarantined BIGINT NOT NULL CHECK (quarantined >= 0),
    supplied BIGINT NOT NULL CHECK (supplied >= 0),
    written_off BIGINT NOT NULL CHECK (written_off >= 0),
    UNIQUE (pharmacy_id, drug_id, batch),
    CHECK (received + corrected = on_hand + underway + quarantined + supplied + written_off)
);
CREATE TABLE stock_moves (
    id TEXT PRIMARY KEY NOT NULL,
    stock_id TEXT NOT NULL REFERENCES stock (id),
    at BIGINT NOT NULL,
    kind TEXT NOT NULL,
    quantity BIGINT NOT NULL CHECK (quantity > 0),
    prescription_id TEXT,
    by_staff TEXT,
    reason TEXT,
    comment TEXT
);
CREATE INDEX stock_moves_by_stock ON stock_moves (stock_id, at, id);
-- How much of each drug went into orders lately.
CREATE INDEX stock_moves_by_time ON stock_moves (at);
-- Every filling of a prescription, by whichever pharmacy.
CREATE TABLE dispenses (
    id TEXT PRIMARY KEY NOT NULL,
    version BIGINT NOT NULL,
    state TEXT NOT NULL,
    prescription_id TEXT NOT NULL REFERENCES prescriptions (id),
    pharmacy_id TEXT NOT NULL REFERENCES pharmacies (id),
    number BIGINT NOT NULL,
    fill TEXT,
    part_reason TEXT,
    packs TEXT NOT NULL,
    delivery_id TEXT,
    declined TEXT,
    created_at BIGINT NOT NULL,
    state_since BIGINT NOT NULL,
    UNIQUE (prescription_id, number)
);
