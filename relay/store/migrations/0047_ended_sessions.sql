-- Sessions that somebody ended before their time, until that time: who still has the token is told so, and the page takes the record off the screen.
CREATE TABLE ended_sessions (
    token_sha256 TEXT PRIMARY KEY NOT NULL,
    through_box TEXT,
    ended_by TEXT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX ended_sessions_by_end ON ended_sessions (expires_at);
