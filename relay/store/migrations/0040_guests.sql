-- A guest's link is opened by one device, which waits until a person lets it in. Links of before are open: whoever shows one next is the one device.
ALTER TABLE invitations ADD COLUMN version BIGINT NOT NULL DEFAULT 1;
ALTER TABLE invitations ADD COLUMN state TEXT NOT NULL DEFAULT 'open';
ALTER TABLE invitations ADD COLUMN device_sha256 TEXT;
ALTER TABLE invitations ADD COLUMN arrived_at BIGINT;
ALTER TABLE invitations ADD COLUMN decided_by TEXT REFERENCES staff (id);
ALTER TABLE invitations ADD COLUMN decided_at BIGINT;
CREATE INDEX invitations_of_consultation ON invitations (consultation_id, created_at);
