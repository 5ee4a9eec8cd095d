-- +goose Up
-- The processes that run, the keys each has, and the one it seals with: a key seals when all of them have it.
CREATE TABLE keyset_node (
    process TEXT PRIMARY KEY,
    node    TEXT NOT NULL,
    keys    TEXT NOT NULL, -- ids, with spaces between
    active  BIGINT NOT NULL,
    seen    BIGINT NOT NULL
) WITHOUT ROWID;
