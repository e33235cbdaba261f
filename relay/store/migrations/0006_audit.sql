-- Where the audit chain ends. A writer locks this one row, so that relays on one database append one after the other; a tail that was cut off is missed.
CREATE TABLE audit_head (
    id BIGINT PRIMARY KEY NOT NULL,
    seq BIGINT NOT NULL,
    hash TEXT NOT NULL
);
INSERT INTO audit_head (id, seq, hash)
VALUES (
    1,
    COALESCE((SELECT MAX(seq) FROM audit), 0),
    COALESCE((SELECT hash FROM audit ORDER BY seq DESC LIMIT 1), '0000000000000000000000000000000000000000000000000000000000000000')
);
