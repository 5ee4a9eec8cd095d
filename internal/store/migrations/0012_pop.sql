-- +goose Up

-- Nonces of proofs of possession that were used, until they are too old to be used anyway.
CREATE TABLE pop_nonce (
    id    TEXT PRIMARY KEY,
    until BIGINT NOT NULL
);
CREATE INDEX pop_nonce_until ON pop_nonce (until);
