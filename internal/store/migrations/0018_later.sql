-- +goose Up
-- Orders that a PKI has taken and not answered yet: what it is asked with again, sealed, and when.
CREATE TABLE request_later (
    request   TEXT PRIMARY KEY,
    connector TEXT NOT NULL,
    ticket    BLOB NOT NULL,
    polls     BIGINT NOT NULL,
    retry_at  BIGINT NOT NULL
) WITHOUT ROWID;
-- What is to be asked again next.
CREATE INDEX request_later_due ON request_later (retry_at);
-- How many certificates of a holder are on their way.
CREATE INDEX request_in_progress ON request (holder_id) WHERE state = 'in_progress';
