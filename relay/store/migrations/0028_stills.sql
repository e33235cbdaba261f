-- Diagnostic stills that were asked for in a consultation. The picture of one that was kept is a document.
CREATE TABLE stills (
    id TEXT PRIMARY KEY NOT NULL,
    consultation_id TEXT NOT NULL REFERENCES consultations (id),
    resident_id TEXT NOT NULL REFERENCES residents (id),
    home_id TEXT NOT NULL REFERENCES homes (id),
    camera TEXT NOT NULL,
    state TEXT NOT NULL,
    asked_at BIGINT NOT NULL,
    asked_by TEXT NOT NULL REFERENCES staff (id),
    ended_at BIGINT,
    failure TEXT,
    width BIGINT,
    height BIGINT,
    document_id TEXT REFERENCES documents (id)
);
CREATE INDEX stills_of_consultation ON stills (consultation_id, asked_at, id);
CREATE INDEX stills_by_resident ON stills (resident_id);
-- What a home's box still owes, when it comes back.
CREATE INDEX stills_asked ON stills (home_id, asked_at, id) WHERE state = 'asked';
-- What nobody waits for any more.
CREATE INDEX stills_awaited ON stills (asked_at, id) WHERE state = 'asked';
