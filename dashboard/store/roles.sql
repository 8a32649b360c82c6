-- Roles of least privilege for a Countersign database on PostgreSQL.
--
-- Run it as a superuser (or the owner of database and schema) with
--     psql -d countersign -f roles.sql
-- before the first start, and again whenever the owner has opened a newer schema. It can be run any number of times.
-- The schema is public; for another one, or for other names of the roles, replace the words. Passwords are yours to
-- set: ALTER ROLE countersign_app PASSWORD '...';
--
--   countersign_owner    owns the tables and brings the schema up to date; used by hand, after an update
--   countersign_app      the server and the command line: everything but changing tables, events and signatures
--   countersign_ingest   pipelines that ingest straight into the database: no secrets, no decisions of people
--   countersign_reader   reports of your own: reads everything but secrets

DO $$
DECLARE
    one record;
    -- Only ever added to, whoever asks.
    append_only text[] := ARRAY['event', 'signoff'];
    -- Password and key material, sessions, tokens.
    secrets text[] := ARRAY['account', 'session', 'token'];
    -- What people decide; a pipeline brings evidence and decides nothing.
    decisions text[] := ARRAY['policy', 'policy_proposal', 'release_condition', 'waiver', 'finding_acceptance', 'mute',
        'case_note',
        'ownership', 'signoff'];
BEGIN
    FOR one IN SELECT unnest(ARRAY['countersign_owner', 'countersign_app', 'countersign_ingest', 'countersign_reader'])
        AS name LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = one.name) THEN
            EXECUTE format('CREATE ROLE %I LOGIN', one.name);
        END IF;
        EXECUTE format('GRANT CONNECT, TEMPORARY ON DATABASE %I TO %I', current_database(), one.name);
        EXECUTE format('GRANT USAGE ON SCHEMA public TO %I', one.name);
    END LOOP;

    REVOKE CREATE ON SCHEMA public FROM PUBLIC;
    GRANT CREATE ON SCHEMA public TO countersign_owner;
    -- For pg_trgm, which makes the search for names fast; without this right names are scanned.
    EXECUTE format('GRANT CREATE ON DATABASE %I TO countersign_owner', current_database());

    -- Tables and functions that another account made become the owner's. Sequences follow their tables.
    FOR one IN SELECT c.relname AS name FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace
        AND c.relkind IN ('r', 'p') AND pg_get_userbyid(c.relowner) <> 'countersign_owner'
        AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e') LOOP
        EXECUTE format('ALTER TABLE public.%I OWNER TO countersign_owner', one.name);
    END LOOP;
    FOR one IN SELECT p.oid::regprocedure AS name FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace
        AND p.proname LIKE 'countersign%' AND pg_get_userbyid(p.proowner) <> 'countersign_owner' LOOP
        EXECUTE format('ALTER FUNCTION %s OWNER TO countersign_owner', one.name);
    END LOOP;

    FOR one IN SELECT c.relname AS name FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace
        AND c.relkind IN ('r', 'p') AND pg_get_userbyid(c.relowner) = 'countersign_owner' LOOP
        EXECUTE format('REVOKE ALL ON public.%I FROM PUBLIC, countersign_app, countersign_ingest, countersign_reader',
            one.name);
        CONTINUE WHEN one.name LIKE 'test\_result\_p%';  -- partitions are reached through their table
        IF one.name = 'schema_version' THEN
            EXECUTE format('GRANT SELECT ON public.%I TO countersign_app, countersign_ingest', one.name);
        ELSIF one.name = ANY (append_only) THEN
            EXECUTE format('GRANT SELECT, INSERT ON public.%I TO countersign_app', one.name);
        ELSE
            EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON public.%I TO countersign_app', one.name);
        END IF;
        CONTINUE WHEN one.name = ANY (secrets);
        EXECUTE format('GRANT SELECT ON public.%I TO countersign_ingest, countersign_reader', one.name);
        IF one.name = 'event' THEN
            GRANT INSERT ON public.event TO countersign_ingest;
        ELSIF NOT one.name = ANY (decisions || append_only || ARRAY['schema_version']) THEN
            EXECUTE format('GRANT INSERT, UPDATE, DELETE ON public.%I TO countersign_ingest', one.name);
        END IF;
    END LOOP;
    IF to_regclass('public.account') IS NOT NULL THEN
        GRANT SELECT (id, login, name, role, public_key, created_at, disabled_at) ON public.account
            TO countersign_ingest, countersign_reader;
    END IF;

    GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO countersign_app, countersign_ingest;
    IF to_regprocedure('public.countersign_partition(bigint)') IS NOT NULL THEN
        GRANT EXECUTE ON FUNCTION public.countersign_partition(bigint) TO countersign_app, countersign_ingest;
    END IF;
END $$;
