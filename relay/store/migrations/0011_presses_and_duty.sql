-- When the button of a one-key call was pressed, where a box says so: it may be long before the relay hears of it.
ALTER TABLE urgent_calls ADD COLUMN pressed_at BIGINT;
-- A turn of duty that begins or ends by the clock moves who waits; turns that were planned before have no job yet.
INSERT INTO jobs (id, kind, payload, state, run_at, attempts)
SELECT id, 'duty_turns', '{"shift_id":"' || id || '"}', 'queued', starts_at, 0 FROM duty;
