-- What hindered a recording's box at one time or another; how often its file was tried, and when that is due again.
ALTER TABLE recordings ADD COLUMN troubles TEXT NOT NULL DEFAULT '[]';
ALTER TABLE recordings ADD COLUMN assembly_tries BIGINT NOT NULL DEFAULT 0;
ALTER TABLE recordings ADD COLUMN assembly_due_at BIGINT;
