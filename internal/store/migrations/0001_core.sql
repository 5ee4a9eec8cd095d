-- +goose Up
CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE lease (
    name   TEXT PRIMARY KEY,
    holder TEXT NOT NULL,
    until  BIGINT NOT NULL,
    fence  BIGINT NOT NULL
) WITHOUT ROWID;

-- Configuration: one row an object, one counter raised by every change.
CREATE TABLE object (
    kind     TEXT NOT NULL,
    name     TEXT NOT NULL,
    id       TEXT NOT NULL,
    body     TEXT NOT NULL,
    revision BIGINT NOT NULL,
    deleted  BOOLEAN NOT NULL DEFAULT FALSE,
    PRIMARY KEY (kind, name)
) WITHOUT ROWID;
CREATE INDEX object_revision ON object (revision);
CREATE TABLE object_counter (
    one      BIGINT PRIMARY KEY,
    revision BIGINT NOT NULL
);
INSERT INTO object_counter (one, revision) VALUES (1, 0);

-- Events that wait for the sealer: the canonical bytes and their seal.
CREATE TABLE event_pending (
    id        TEXT PRIMARY KEY,
    canonical BLOB NOT NULL,
    seal      TEXT
) WITHOUT ROWID;

-- The sealed log. What is indexed stands in columns of its own, drawn from the details.
CREATE TABLE event (
    seq            BIGINT PRIMARY KEY,
    id             TEXT NOT NULL,
    version        BIGINT NOT NULL,
    code           TEXT NOT NULL,
    module         TEXT NOT NULL,
    node           TEXT NOT NULL,
    time           BIGINT NOT NULL,
    status         TEXT NOT NULL,
    details        TEXT NOT NULL,
    seal           TEXT NOT NULL,
    leaf           BLOB NOT NULL,
    actor_id       TEXT,
    ip             TEXT,
    certificate_id TEXT,
    request_id     TEXT,
    profile        TEXT
);
CREATE UNIQUE INDEX event_id ON event (id);
CREATE INDEX event_time ON event (time);
CREATE INDEX event_code ON event (code, seq);
CREATE INDEX event_actor ON event (actor_id, seq) WHERE actor_id IS NOT NULL;
CREATE INDEX event_ip ON event (ip, seq) WHERE ip IS NOT NULL;
CREATE INDEX event_certificate ON event (certificate_id, seq) WHERE certificate_id IS NOT NULL;
CREATE INDEX event_request ON event (request_id, seq) WHERE request_id IS NOT NULL;
CREATE INDEX event_profile ON event (profile, seq) WHERE profile IS NOT NULL;

-- The Merkle tree over the leaves, in tiles of 256 hashes.
CREATE TABLE event_tile (
    level  BIGINT NOT NULL,
    n      BIGINT NOT NULL,
    hashes BLOB NOT NULL,
    PRIMARY KEY (level, n)
) WITHOUT ROWID;

CREATE TABLE event_checkpoint (
    size BIGINT PRIMARY KEY,
    time BIGINT NOT NULL,
    root BLOB NOT NULL,
    note TEXT NOT NULL
);
