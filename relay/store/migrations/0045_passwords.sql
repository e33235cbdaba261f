-- Until when a password is good that the relay made, and only for setting an own one. Those that stand are the persons' own and have no end.
ALTER TABLE staff ADD COLUMN password_initial_until BIGINT;
-- Up to which row of the audit log the person has been told what changed about the ways into the account; of what happened before, nobody is told.
ALTER TABLE staff ADD COLUMN told_until BIGINT NOT NULL DEFAULT 0;
UPDATE staff SET told_until = (SELECT COALESCE(MAX(seq), 0) FROM audit);
-- Opened by a password that the relay made: opens nothing but the setting of an own one.
ALTER TABLE sessions ADD COLUMN sets_password BIGINT NOT NULL DEFAULT 0;
