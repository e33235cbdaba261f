-- Who of the home took note of an opening of a record there, and when: until then its nurses are told.
ALTER TABLE break_glass ADD COLUMN acknowledged_at BIGINT;
ALTER TABLE break_glass ADD COLUMN acknowledged_by TEXT REFERENCES staff (id);
CREATE INDEX break_glass_to_acknowledge ON break_glass (home_id, opened_at, id) WHERE acknowledged_at IS NULL;
