-- +goose Up
-- Messages that wait to be sent, and those that could not be. What they say is sealed; a message that was sent is deleted.
CREATE TABLE mail_message (
    id         TEXT PRIMARY KEY,
    state      TEXT NOT NULL,
    turn       BIGINT NOT NULL,
    subject    TEXT NOT NULL,
    recipients TEXT NOT NULL,
    content    BLOB NOT NULL,
    progress   TEXT NOT NULL,
    record     TEXT NOT NULL,
    attempts   BIGINT NOT NULL,
    most       BIGINT NOT NULL,
    created    BIGINT NOT NULL,
    due        BIGINT NOT NULL,
    ended      BIGINT NOT NULL,
    error      TEXT NOT NULL
);
-- Messages whose time has passed: to be tried again, or to be forgotten.
CREATE INDEX mail_message_due ON mail_message (state, due);
