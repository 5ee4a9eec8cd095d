-- +goose Up
-- What somebody wants done to many certificates, and how far it has come. caller, wish, preview and progress are JSON;
-- progress is written at the end, before it is counted.
CREATE TABLE batch (
    id        TEXT PRIMARY KEY,
    state     TEXT NOT NULL,
    principal TEXT NOT NULL,
    caller    TEXT NOT NULL,
    wish      TEXT NOT NULL,
    preview   TEXT NOT NULL,
    progress  TEXT,
    reason    TEXT,
    created   BIGINT NOT NULL,
    started   BIGINT,
    ended     BIGINT,
    touched   BIGINT NOT NULL,
    remove_at BIGINT
) WITHOUT ROWID;
-- The batches of somebody, the newest first. Those of all are read by their ids.
CREATE INDEX batch_principal ON batch (principal, id);
-- What is to be taken up again when nobody works on it.
CREATE INDEX batch_open ON batch (touched) WHERE state IN ('running', 'canceling');
-- What is to be removed.
CREATE INDEX batch_removed ON batch (remove_at) WHERE remove_at IS NOT NULL;

-- The certificates of a batch, in their order, and what became of each. dn is what the one who wants it could see.
CREATE TABLE batch_item (
    batch       TEXT NOT NULL,
    n           BIGINT NOT NULL,
    certificate TEXT NOT NULL,
    state       TEXT NOT NULL,
    dn          TEXT,
    request     TEXT,
    code        TEXT,
    message     TEXT,
    detail      TEXT,
    PRIMARY KEY (batch, n)
) WITHOUT ROWID;
-- What is left to do, in its order, and how far it has come.
CREATE INDEX batch_item_state ON batch_item (batch, state, n);
