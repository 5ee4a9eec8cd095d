-- +goose Up
-- Which notification has reminded of which certificate or request: each does so once.
CREATE TABLE reminder (
    notification TEXT NOT NULL,
    object       TEXT NOT NULL,
    keep_until   BIGINT NOT NULL,
    PRIMARY KEY (notification, object)
) WITHOUT ROWID;
-- What is over, and need not be remembered.
CREATE INDEX reminder_end ON reminder (keep_until);
