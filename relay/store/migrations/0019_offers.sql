-- To which pharmacies a prescription is offered, in which order and why. Degrees are millionths, so that both databases keep them exactly.
ALTER TABLE pharmacies ADD COLUMN version BIGINT NOT NULL DEFAULT 1;
ALTER TABLE pharmacies ADD COLUMN zone TEXT NOT NULL DEFAULT 'Asia/Shanghai';
ALTER TABLE pharmacies ADD COLUMN latitude_e6 BIGINT;
ALTER TABLE pharmacies ADD COLUMN longitude_e6 BIGINT;
ALTER TABLE pharmacies ADD COLUMN hours TEXT NOT NULL DEFAULT '[]';
ALTER TABLE pharmacies ADD COLUMN radius_metres BIGINT;
ALTER TABLE homes ADD COLUMN latitude_e6 BIGINT;
ALTER TABLE homes ADD COLUMN longitude_e6 BIGINT;
ALTER TABLE homes ADD COLUMN preferred_pharmacy_id TEXT REFERENCES pharmacies (id);
-- The pharmacies that reach it in the pool; NULL is everybody, as it was for all that was approved before.
ALTER TABLE prescriptions ADD COLUMN offered_to TEXT;
CREATE TABLE pharmacy_offers (
    prescription_id TEXT NOT NULL REFERENCES prescriptions (id),
    pharmacy_id TEXT NOT NULL REFERENCES pharmacies (id),
    place BIGINT NOT NULL,
    reasons TEXT NOT NULL,
    metres BIGINT,
    opens_at BIGINT,
    offered_at BIGINT,
    PRIMARY KEY (prescription_id, pharmacy_id)
);
