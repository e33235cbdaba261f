-- First answers that carry a secret which is shown once are forgotten sooner than the others.
ALTER TABLE idempotency ADD COLUMN secret BIGINT NOT NULL DEFAULT 0;
