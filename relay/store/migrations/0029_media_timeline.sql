-- The seconds of calls, up to a minute in a row: what became of the home's sound and picture. `data` is base64 of what yunzhen_domain::media_timeline::codec says.
CREATE TABLE media_timeline (
    consultation_id TEXT NOT NULL REFERENCES consultations (id),
    from_second BIGINT NOT NULL,
    data TEXT NOT NULL,
    PRIMARY KEY (consultation_id, from_second)
);
