-- By what the identity providers of hospitals know members of staff. One of a provider's people is one of ours, and the other way round.
CREATE TABLE staff_identities (
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    staff_id TEXT NOT NULL REFERENCES staff (id),
    bound_by TEXT NOT NULL REFERENCES staff (id),
    bound_at BIGINT NOT NULL,
    last_used_at BIGINT,
    PRIMARY KEY (issuer, subject)
);
CREATE UNIQUE INDEX staff_identities_of_staff ON staff_identities (staff_id, issuer);
