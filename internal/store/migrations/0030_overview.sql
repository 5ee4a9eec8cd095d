-- +goose Up
-- How objects of the configuration did when they were last tried, as they were then: digest is that of what was tried,
-- and sent says whether a secret came with it.
CREATE TABLE object_test (
    kind   TEXT NOT NULL,
    name   TEXT NOT NULL,
    tried  BIGINT NOT NULL,
    tester TEXT NOT NULL,
    works  BOOLEAN NOT NULL,
    step   TEXT NOT NULL,
    class  TEXT NOT NULL,
    detail TEXT NOT NULL,
    digest TEXT NOT NULL,
    sent   BOOLEAN NOT NULL,
    PRIMARY KEY (kind, name)
) WITHOUT ROWID;
-- The certificates of a PKI connector.
CREATE INDEX certificate_connector ON certificate (pki_connector) WHERE pki_connector IS NOT NULL;
