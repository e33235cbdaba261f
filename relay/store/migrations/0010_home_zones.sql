-- The clock of each home: its days, its calendar. Until an administrator says otherwise it is China's.
ALTER TABLE homes ADD COLUMN zone TEXT NOT NULL DEFAULT 'Asia/Shanghai';
ALTER TABLE homes ADD COLUMN version BIGINT NOT NULL DEFAULT 1;
