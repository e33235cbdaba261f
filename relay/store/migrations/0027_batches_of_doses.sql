-- From which batch a dose was given, where another one had been called back.
ALTER TABLE dose_entries ADD COLUMN batch TEXT;
