-- Voice messages and photos that are left in a consultation say in which.
ALTER TABLE documents ADD COLUMN consultation_id TEXT REFERENCES consultations (id);
CREATE INDEX documents_of_consultation ON documents (consultation_id) WHERE consultation_id IS NOT NULL;
