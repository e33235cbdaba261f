-- Which keys are still needed is asked at each start, without reading whole orders and recordings.
CREATE INDEX prescriptions_sealed_with ON prescriptions (sealed_secret) WHERE sealed_secret IS NOT NULL;
CREATE INDEX recordings_sealed_with ON recordings (sealed_key);
CREATE INDEX idempotency_secret ON idempotency (at) WHERE secret = 1;
