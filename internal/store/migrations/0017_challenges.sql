-- +goose Up
-- One-time challenges. hash finds the one that is presented; sealed shows it again to who may have it, until it is used or
-- expires. enrollment is the request that uses it: one at a time, and none after one that led to a certificate.
CREATE TABLE challenge (
    request    TEXT PRIMARY KEY,
    profile    TEXT NOT NULL,
    hash       TEXT NOT NULL,
    sealed     BLOB,
    expires    BIGINT NOT NULL,
    enrollment TEXT,
    used       BIGINT,
    handed     BOOLEAN NOT NULL DEFAULT FALSE,
    keep_until BIGINT NOT NULL
) WITHOUT ROWID;
CREATE UNIQUE INDEX challenge_hash ON challenge (hash);
-- The challenge an enrollment uses.
CREATE UNIQUE INDEX challenge_enrollment ON challenge (enrollment) WHERE enrollment IS NOT NULL;
-- What has expired and is not shown any more, and what need not be remembered.
CREATE INDEX challenge_shown ON challenge (expires) WHERE sealed IS NOT NULL;
CREATE INDEX challenge_end ON challenge (keep_until);
