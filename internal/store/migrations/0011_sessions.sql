-- +goose Up
-- Sessions of browsers. Of the token only its SHA-256 is kept.
CREATE TABLE session (
    id         TEXT PRIMARY KEY,
    token      TEXT NOT NULL,
    identifier TEXT NOT NULL,
    type       TEXT NOT NULL,
    provider   TEXT NOT NULL,
    name       TEXT NOT NULL,
    email      TEXT NOT NULL,
    address    TEXT NOT NULL, -- where it was opened from
    agent      TEXT NOT NULL,
    created    BIGINT NOT NULL,
    seen       BIGINT NOT NULL, -- to the minute
    idle       BIGINT NOT NULL, -- ends then when nothing is asked
    ends       BIGINT NOT NULL  -- ends then in any case
) WITHOUT ROWID;
-- Every call with the cookie.
CREATE UNIQUE INDEX session_token ON session (token);
-- The sessions of a principal: to list them, and to end them with its account.
CREATE INDEX session_identifier ON session (identifier, id);
-- What housekeeping deletes.
CREATE INDEX session_idle ON session (idle);

-- Refused attempts to log in, by the SHA-256 of what was presented: an account, whether it exists or not, or an address.
CREATE TABLE login_failure (
    key      TEXT PRIMARY KEY,
    failures BIGINT NOT NULL,
    last     BIGINT NOT NULL,
    until    BIGINT NOT NULL -- no attempt counts before
) WITHOUT ROWID;
CREATE INDEX login_failure_last ON login_failure (last);

-- When a principal last showed valid credentials, to five minutes.
CREATE TABLE principal_login (
    identifier TEXT PRIMARY KEY,
    last       BIGINT NOT NULL
) WITHOUT ROWID;

-- What principals keep for themselves: preferences, dashboards, saved queries.
CREATE TABLE principal_own (
    identifier TEXT NOT NULL,
    sort       TEXT NOT NULL,
    name       TEXT NOT NULL,
    body       TEXT NOT NULL, -- JSON
    changed    BIGINT NOT NULL,
    PRIMARY KEY (identifier, sort, name)
) WITHOUT ROWID;

-- Started resets of passwords. Of the reset id only its SHA-256 is kept.
CREATE TABLE password_reset (
    token      TEXT PRIMARY KEY,
    identifier TEXT NOT NULL,
    address    TEXT NOT NULL,
    created    BIGINT NOT NULL,
    ends       BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX password_reset_identifier ON password_reset (identifier);
CREATE INDEX password_reset_ends ON password_reset (ends);
