-- Nobody changes history by mistake; who changes the database on purpose is found by the chain.
CREATE FUNCTION audit_refuses() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '%', TG_ARGV[0]; END $$;
CREATE TRIGGER audit_never_changes BEFORE UPDATE ON audit FOR EACH ROW EXECUTE FUNCTION audit_refuses('audit rows never change');
CREATE TRIGGER audit_never_shrinks BEFORE DELETE ON audit FOR EACH ROW EXECUTE FUNCTION audit_refuses('audit rows are never deleted');
CREATE TRIGGER audit_never_empties BEFORE TRUNCATE ON audit FOR EACH STATEMENT EXECUTE FUNCTION audit_refuses('audit rows are never deleted');
