-- +goose Up
-- Requests: what was asked for, kept before the PKI is called, so that it can be asked again for the same.
CREATE TABLE request (
    id             TEXT PRIMARY KEY,
    wish           TEXT NOT NULL,
    workflow       TEXT NOT NULL,
    module         TEXT NOT NULL,
    profile        TEXT NOT NULL,
    state          TEXT NOT NULL,
    requester      TEXT NOT NULL,
    caller         TEXT NOT NULL,
    content        TEXT NOT NULL,
    csr            BLOB NOT NULL,
    holder_id      TEXT NOT NULL,
    certificate_id TEXT,
    error          TEXT,
    chains         TEXT,
    attempts       BIGINT NOT NULL,
    created        BIGINT NOT NULL,
    modified       BIGINT NOT NULL
) WITHOUT ROWID;
-- One request for a wish, however often it is asked.
CREATE UNIQUE INDEX request_wish ON request (wish);
-- Repair: requests a PKI was asked for and whose outcome is not recorded; and how many of a holder are on their way.
CREATE INDEX request_processing ON request (holder_id, modified) WHERE state = 'processing';

-- Chains certificates are handed out with, each kept once under the hash of its bytes.
CREATE TABLE chain (
    id           TEXT PRIMARY KEY,
    certificates BLOB NOT NULL
) WITHOUT ROWID;
