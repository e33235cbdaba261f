-- ECGs: what describes a recording, and its samples as the recorder sent them. The samples are in a table of their own: lists read none of them.
CREATE TABLE ecgs (
    id TEXT PRIMARY KEY NOT NULL,
    resident_id TEXT NOT NULL REFERENCES residents (id),
    leads TEXT NOT NULL,
    period_ms DOUBLE PRECISION NOT NULL,
    origin_mv DOUBLE PRECISION NOT NULL,
    factor_mv DOUBLE PRECISION NOT NULL,
    seconds DOUBLE PRECISION NOT NULL,
    recorded_at BIGINT NOT NULL,
    received_at BIGINT NOT NULL,
    device TEXT,
    source TEXT NOT NULL,
    clock_offset_ms BIGINT
);
CREATE INDEX ecgs_by_resident ON ecgs (resident_id, recorded_at);

CREATE TABLE ecg_samples (
    ecg_id TEXT PRIMARY KEY NOT NULL REFERENCES ecgs (id),
    data TEXT NOT NULL
);
