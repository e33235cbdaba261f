-- Why a request for a refill that was done is open again.
ALTER TABLE refills ADD COLUMN reopened_at BIGINT;
ALTER TABLE refills ADD COLUMN reopened_because TEXT;
ALTER TABLE refills ADD COLUMN failed_renewal TEXT;
CREATE INDEX refills_by_renewal ON refills (renewed_by) WHERE renewed_by IS NOT NULL;
-- What a home's own doses said was given when it answered a recall, and whether the answer that differs was counted again.
ALTER TABLE recall_homes ADD COLUMN on_record BIGINT CHECK (on_record >= 0);
ALTER TABLE recall_homes ADD COLUMN counted_again BIGINT NOT NULL DEFAULT 0;
