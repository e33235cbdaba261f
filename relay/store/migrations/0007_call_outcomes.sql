-- What a one-key call ended in, beside a consultation: the draft of a referral, or a ride.
ALTER TABLE urgent_calls ADD COLUMN referral_id TEXT REFERENCES referrals (id);
ALTER TABLE urgent_calls ADD COLUMN transport_id TEXT REFERENCES transports (id);
