-- A courier's way of one day: several parcels behind one link and one PIN. Every parcel that there is gets a run of its own, under its own id.
CREATE TABLE courier_runs (
    id TEXT PRIMARY KEY NOT NULL,
    version BIGINT NOT NULL,
    pharmacy_id TEXT NOT NULL REFERENCES pharmacies (id),
    day TEXT NOT NULL,
    courier_name TEXT NOT NULL,
    courier_phone TEXT NOT NULL,
    token_sha256 TEXT NOT NULL UNIQUE,
    pin_hash TEXT NOT NULL,
    stops TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX courier_runs_by_day ON courier_runs (pharmacy_id, day, created_at);
INSERT INTO courier_runs (id, version, pharmacy_id, day, courier_name, courier_phone, token_sha256, pin_hash, stops, created_at)
    SELECT id, 1, pharmacy_id, '1970-01-01', courier_name, courier_phone, courier_token_sha256, courier_pin_hash, '["' || id || '"]', created_at FROM deliveries;
ALTER TABLE deliveries ADD COLUMN run_id TEXT;
-- The secrets have moved to the run; the column stays unique and holds nothing that opens anything.
UPDATE deliveries SET run_id = id, courier_token_sha256 = id, courier_pin_hash = '';
CREATE INDEX deliveries_by_run ON deliveries (run_id);
ALTER TABLE sessions ADD COLUMN run_id TEXT;
UPDATE sessions SET run_id = delivery_id WHERE subject_kind = 'courier';
-- What a label is proved with, what a box without a link checks a code by, and how often a code was wrong.
ALTER TABLE deliveries ADD COLUMN label_key TEXT;
ALTER TABLE deliveries ADD COLUMN code_hash TEXT;
ALTER TABLE deliveries ADD COLUMN wrong_codes BIGINT NOT NULL DEFAULT 0;
CREATE TABLE delivery_temperatures (
    id TEXT PRIMARY KEY NOT NULL,
    delivery_id TEXT NOT NULL REFERENCES deliveries (id),
    celsius DOUBLE PRECISION NOT NULL,
    measured_at BIGINT NOT NULL,
    received_at BIGINT NOT NULL,
    measured_by TEXT NOT NULL
);
CREATE INDEX delivery_temperatures_by_delivery ON delivery_temperatures (delivery_id, measured_at, id);
-- What the box of the home signed, as it came; one parcel is received once.
CREATE TABLE delivery_receipts (
    delivery_id TEXT PRIMARY KEY NOT NULL REFERENCES deliveries (id),
    jws TEXT NOT NULL,
    certificate_serial TEXT NOT NULL,
    counted_at BIGINT NOT NULL,
    received_at BIGINT NOT NULL
);
CREATE TABLE discrepancies (
    id TEXT PRIMARY KEY NOT NULL,
    version BIGINT NOT NULL,
    state TEXT NOT NULL,
    delivery_id TEXT NOT NULL REFERENCES deliveries (id),
    prescription_id TEXT NOT NULL REFERENCES prescriptions (id),
    resident_id TEXT NOT NULL REFERENCES residents (id),
    home_id TEXT NOT NULL REFERENCES homes (id),
    pharmacy_id TEXT NOT NULL REFERENCES pharmacies (id),
    cause TEXT NOT NULL,
    lines TEXT NOT NULL,
    comment TEXT,
    opened_at BIGINT NOT NULL,
    resolution TEXT,
    note TEXT,
    resolved_at BIGINT,
    resolved_by TEXT REFERENCES staff (id)
);
CREATE INDEX discrepancies_by_delivery ON discrepancies (delivery_id, opened_at);
CREATE INDEX discrepancies_by_home ON discrepancies (home_id, opened_at, id);
CREATE INDEX discrepancies_by_pharmacy ON discrepancies (pharmacy_id, opened_at, id);
