-- +goose Up
-- What people and programs ask for through the API: who asked, who decided, until when. sheet is the form as it was
-- accepted; requests of protocols have none.
ALTER TABLE request ADD COLUMN sheet TEXT;
ALTER TABLE request ADD COLUMN approver TEXT;
ALTER TABLE request ADD COLUMN requester_comment TEXT;
ALTER TABLE request ADD COLUMN approver_comment TEXT;
ALTER TABLE request ADD COLUMN contact TEXT;
ALTER TABLE request ADD COLUMN owner TEXT;
ALTER TABLE request ADD COLUMN team TEXT;
ALTER TABLE request ADD COLUMN dn TEXT;
ALTER TABLE request ADD COLUMN expires BIGINT;
ALTER TABLE request ADD COLUMN remove_at BIGINT;
-- Every list of requests in its usual order, and the indexes of what people filter by. Requests of protocols are in none.
CREATE INDEX request_asked ON request (id) WHERE sheet IS NOT NULL;
CREATE INDEX request_requester ON request (requester, id) WHERE sheet IS NOT NULL;
CREATE INDEX request_owner ON request (owner, id) WHERE sheet IS NOT NULL AND owner IS NOT NULL;
CREATE INDEX request_team ON request (team, id) WHERE sheet IS NOT NULL AND team IS NOT NULL;
CREATE INDEX request_profile ON request (profile, id) WHERE sheet IS NOT NULL;
CREATE INDEX request_holder ON request (holder_id, id) WHERE sheet IS NOT NULL;
-- The requests of a certificate: its history, and whether one is waiting.
CREATE INDEX request_certificate ON request (certificate_id, id) WHERE sheet IS NOT NULL AND certificate_id IS NOT NULL;
-- What waits for a decision, and what has waited too long.
CREATE INDEX request_waiting ON request (expires, id) WHERE state = 'pending';
-- What is to be removed.
CREATE INDEX request_removed ON request (remove_at) WHERE remove_at IS NOT NULL;

-- Keys made here or imported, sealed. Of a request: until its PKCS#12 need no longer be fetched, with its password.
CREATE TABLE request_key (
    request      TEXT PRIMARY KEY,
    private_key  BLOB NOT NULL,
    password     BLOB,
    available_to BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX request_key_end ON request_key (available_to);
-- Escrowed: as long as the certificate is known.
CREATE TABLE escrow (
    certificate TEXT PRIMARY KEY,
    private_key BLOB NOT NULL,
    created     BIGINT NOT NULL
) WITHOUT ROWID;

-- Whether the server renews a certificate itself, when it is due where its profile says so, and what came after it.
ALTER TABLE certificate ADD COLUMN auto_renew BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE certificate ADD COLUMN due BIGINT;
ALTER TABLE certificate ADD COLUMN successor TEXT;
-- What the server is to renew itself: in the order it falls due.
CREATE INDEX certificate_auto_renew ON certificate (due) WHERE auto_renew = TRUE AND successor IS NULL;
