-- +goose Up
-- What became of each trigger when it last ran for a certificate, or for a request: one row for each event.
CREATE TABLE trigger_result (
    object       TEXT NOT NULL,
    trigger_name TEXT NOT NULL,
    event        TEXT NOT NULL,
    type         TEXT NOT NULL,
    ran          BIGINT NOT NULL,
    status       TEXT NOT NULL,
    detail       TEXT NOT NULL,
    retryable    BOOLEAN NOT NULL,
    retries      BIGINT NOT NULL,
    next         BIGINT,
    PRIMARY KEY (object, trigger_name, event)
) WITHOUT ROWID;
-- What did not succeed, which is little: trigger.results has failure, has warning.
CREATE INDEX trigger_result_trouble ON trigger_result (status, object) WHERE status <> 'success';
