-- From which batch a dose was given, where another one had been called back; since when a doctor practises.
ALTER TABLE dose_entries ADD COLUMN batch TEXT;
ALTER TABLE staff ADD COLUMN practising_since TEXT;
