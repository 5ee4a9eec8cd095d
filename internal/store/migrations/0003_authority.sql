-- +goose Up

-- The built-in CAs. epoch tells nodes that CAs or their certificates have changed.
CREATE TABLE authority_epoch (
    one   BIGINT PRIMARY KEY,
    value BIGINT NOT NULL
);
INSERT INTO authority_epoch (one, value) VALUES (1, 0);

-- crl_number is the last number given to a revocation list; revocations counts changes of the revoked serials.
CREATE TABLE authority (
    id          TEXT PRIMARY KEY,
    name        TEXT NOT NULL,
    parent      TEXT NOT NULL,
    settings    TEXT NOT NULL,
    created     BIGINT NOT NULL,
    crl_number  BIGINT NOT NULL DEFAULT 0,
    revocations BIGINT NOT NULL DEFAULT 0
) WITHOUT ROWID;
-- No two CAs of one name; the CA of a name.
CREATE UNIQUE INDEX authority_name ON authority (name);

-- The certificates a CA has had. key_generation is the one that brought the key; that one alone has key, which is sealed,
-- or names a key in a device. cross_signed is the certificate of a new key made by the old one; above is what an imported
-- certificate came with.
CREATE TABLE authority_generation (
    authority      TEXT NOT NULL REFERENCES authority (id),
    generation     BIGINT NOT NULL,
    key_generation BIGINT NOT NULL,
    key            BLOB,
    certificate    BLOB NOT NULL,
    cross_signed   BLOB,
    above          BLOB,
    PRIMARY KEY (authority, generation)
);

-- What was issued, by the request that asked for it: the primary key makes one request one certificate. purpose is leaf,
-- ca or ocsp.
CREATE TABLE authority_issued (
    request     TEXT PRIMARY KEY,
    authority   TEXT NOT NULL REFERENCES authority (id),
    generation  BIGINT NOT NULL,
    purpose     TEXT NOT NULL,
    serial      BLOB NOT NULL,
    not_after   BIGINT NOT NULL,
    certificate BLOB NOT NULL
);
-- No serial number twice; is this serial known (OCSP), and whose certificate is it (revocation).
CREATE UNIQUE INDEX authority_issued_serial ON authority_issued (serial, authority);
-- Has the CA issued what is still valid (deletion), and how many.
CREATE INDEX authority_issued_end ON authority_issued (authority, not_after);

-- Revoked serials; the primary key serves OCSP, its first part the revocation list.
CREATE TABLE authority_revoked (
    authority TEXT NOT NULL REFERENCES authority (id),
    serial    BLOB NOT NULL,
    at        BIGINT NOT NULL,
    reason    BIGINT NOT NULL,
    not_after BIGINT NOT NULL,
    PRIMARY KEY (authority, serial)
) WITHOUT ROWID;

-- The newest revocation list of each key. revocations is the count its content was read at.
CREATE TABLE authority_crl (
    authority   TEXT NOT NULL REFERENCES authority (id),
    generation  BIGINT NOT NULL,
    number      BIGINT NOT NULL,
    this_update BIGINT NOT NULL,
    next_update BIGINT NOT NULL,
    revocations BIGINT NOT NULL,
    entries     BIGINT NOT NULL,
    der         BLOB NOT NULL,
    PRIMARY KEY (authority, generation)
);

-- The certificate that answers OCSP for each key.
CREATE TABLE authority_responder (
    authority   TEXT NOT NULL REFERENCES authority (id),
    generation  BIGINT NOT NULL,
    key         BLOB NOT NULL,
    certificate BLOB NOT NULL,
    not_after   BIGINT NOT NULL,
    PRIMARY KEY (authority, generation)
);
