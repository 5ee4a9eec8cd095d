-- +goose Up
-- The certificates. What is searched stands before the documents and the certificate itself, which are long: a scan
-- need not read them. Labels, metadata and grades are JSON objects, names and extensions JSON lists of [type, value].
CREATE TABLE certificate (
-- only sqlite
    n                     INTEGER PRIMARY KEY, -- the row of certificate_text
    id                    TEXT NOT NULL,
-- end
-- only postgres
    id                    TEXT PRIMARY KEY,
-- end
    module                TEXT NOT NULL,
    profile               TEXT NOT NULL,
    thumbprint            TEXT NOT NULL,
    public_key_thumbprint TEXT NOT NULL,
    serial                TEXT NOT NULL,
    holder_id             TEXT NOT NULL,
    not_before            BIGINT NOT NULL,
    not_after             BIGINT NOT NULL,
    revoked               BOOLEAN NOT NULL DEFAULT FALSE,
    revoked_at            BIGINT,
    revocation_reason     TEXT,
    key_type              TEXT NOT NULL,
    signing_algorithm     TEXT NOT NULL,
    self_signed           BOOLEAN NOT NULL,
    escrowed              BOOLEAN NOT NULL,
    trusted               BOOLEAN NOT NULL,
    created               BIGINT NOT NULL,
    owner                 TEXT,
    team                  TEXT,
    contact_email         TEXT,
    requester             TEXT,
    requester_type        TEXT,
    request_id            TEXT,
    pki_connector         TEXT,
    ca                    TEXT,
    dn                    TEXT NOT NULL,
    issuer                TEXT NOT NULL,
    grades                JSONB NOT NULL,
    metadata              JSONB NOT NULL,
    labels                JSONB NOT NULL,
    sans                  TEXT NOT NULL,
    extensions            TEXT NOT NULL,
    der                   BLOB NOT NULL
);

-- only sqlite
-- A certificate by its id, and every list in its usual order.
CREATE UNIQUE INDEX certificate_id ON certificate (id);
-- end
-- A certificate by its PEM; none is recorded twice.
CREATE UNIQUE INDEX certificate_thumbprint ON certificate (thumbprint);
-- The valid certificates of one holder, in all profiles or one: asked before each issuance.
CREATE INDEX certificate_holder ON certificate (holder_id, not_after);
-- A certificate by issuer and serial number: random, so the number alone finds it.
CREATE INDEX certificate_serial ON certificate (serial);
-- All certificates of one key: publickeythumbprint equals.
CREATE INDEX certificate_public_key ON certificate (public_key_thumbprint);
-- What expires: valid.until before and after.
CREATE INDEX certificate_not_after ON certificate (not_after);
-- The certificates of a profile in their usual order: profile equals, and what a caller may see.
CREATE INDEX certificate_profile ON certificate (profile, id);
-- "My certificates": owner equals, team equals, and what a caller may see.
CREATE INDEX certificate_owner ON certificate (owner, id) WHERE owner IS NOT NULL;
CREATE INDEX certificate_team ON certificate (team, id) WHERE team IS NOT NULL;

-- The alternative names, one row a value, in lower case: san equals and in.
CREATE TABLE certificate_san (
    value       TEXT NOT NULL,
    certificate TEXT NOT NULL,
    PRIMARY KEY (value, certificate)
) WITHOUT ROWID;

-- The labels: label.<name> with every operator.
CREATE TABLE certificate_label (
    name        TEXT NOT NULL,
    value       TEXT NOT NULL,
    certificate TEXT NOT NULL,
    PRIMARY KEY (name, value, certificate)
) WITHOUT ROWID;

-- Substrings of subject and alternative names: dn contains, san contains.
-- only sqlite
-- Only which rows hold which three letters is kept; the rows found are compared again.
CREATE VIRTUAL TABLE certificate_text USING fts5(text, content='', detail=none, columnsize=0, tokenize='trigram');
-- end
-- only postgres
-- +goose StatementBegin
DO $$
BEGIN
    CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public;
EXCEPTION
    -- Not allowed, not installed, or made by another node this moment: without it substrings are found by scans.
    WHEN insufficient_privilege OR undefined_file OR feature_not_supported OR invalid_schema_name
        OR unique_violation OR duplicate_object THEN NULL;
END
$$;
-- +goose StatementEnd
-- +goose StatementBegin
DO $$
DECLARE
    home TEXT;
BEGIN
    SELECT n.nspname INTO home FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'pg_trgm';
    IF home IS NOT NULL THEN
        EXECUTE format('CREATE INDEX certificate_dn_text ON certificate USING gin (lower(dn) %I.gin_trgm_ops)', home);
        EXECUTE format('CREATE INDEX certificate_san_text ON certificate_san USING gin (lower(value) %I.gin_trgm_ops)', home);
    END IF;
END
$$;
-- +goose StatementEnd
-- end
