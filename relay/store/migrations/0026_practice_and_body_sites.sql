-- Since when a specialist has practised: nobody sees people remotely without some years of it on record. A version, because administrators change it.
ALTER TABLE staff ADD COLUMN practising_since TEXT;
ALTER TABLE staff ADD COLUMN version BIGINT NOT NULL DEFAULT 1;
-- Where on the body a photo was taken.
ALTER TABLE documents ADD COLUMN body_site TEXT;
