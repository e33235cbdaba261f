-- Rules of the safety data that spoke on a prescription: heeded while it was written, or signed past. No resident and no medicine is named; a row counts
-- once its prescription is signed.
CREATE TABLE safety_overrides (
    prescription_id TEXT NOT NULL REFERENCES prescriptions (id),
    rule_id TEXT NOT NULL,
    rule_version TEXT NOT NULL,
    severity TEXT NOT NULL,
    overridden BIGINT NOT NULL,
    signed_at BIGINT,
    PRIMARY KEY (prescription_id, rule_id)
);
CREATE INDEX safety_overrides_by_time ON safety_overrides (signed_at, rule_id);
CREATE INDEX prescriptions_by_resident_signed ON prescriptions (resident_id, signed_at);
