-- What a measuring device sent, beside the value: its frames, and how far its clock was ahead of the box's.
ALTER TABLE observations ADD COLUMN clock_offset_ms BIGINT;
ALTER TABLE observations ADD COLUMN raw_frame TEXT;
