-- +goose Up
-- ACME accounts. A key is that of one account of a profile, also of a closed one.
CREATE TABLE acme_account (
    id         TEXT PRIMARY KEY,
    profile    TEXT NOT NULL,
    thumbprint TEXT NOT NULL, -- RFC 7638, base64url
    jwk        TEXT NOT NULL, -- the members of the thumbprint
    status     TEXT NOT NULL,
    contacts   TEXT NOT NULL, -- JSON list of URLs
    terms      BIGINT NOT NULL, -- when they were agreed to, or 0
    eab        TEXT, -- name of the external account key
    binding    TEXT, -- the external account binding as it was sent
    ip         TEXT NOT NULL, -- the first address of the client
    created    BIGINT NOT NULL,
    revision   BIGINT NOT NULL -- raised by each change; keys in memory are good for one revision
) WITHOUT ROWID;
-- newAccount, keyChange: the account of a key; finalize: is this the key of an account.
CREATE UNIQUE INDEX acme_account_key ON acme_account (profile, thumbprint);
-- How many accounts, and which, are bound to an external account key.
CREATE INDEX acme_account_eab ON acme_account (eab, id) WHERE eab IS NOT NULL;

-- Orders. due is when housekeeping has to look at the order: it expires, or can be deleted. It stays as it is while the
-- order is on its way, so that its index is written once.
CREATE TABLE acme_order (
    id             TEXT PRIMARY KEY,
    account        TEXT NOT NULL,
    profile        TEXT NOT NULL,
    status         TEXT NOT NULL,
    identifiers    TEXT NOT NULL, -- JSON list of {type, value}
    authorizations TEXT NOT NULL, -- ids, with spaces between
    waiting        BIGINT NOT NULL, -- authorizations that are not valid yet
    expires        BIGINT NOT NULL,
    due            BIGINT NOT NULL,
    worker         TEXT NOT NULL DEFAULT '', -- who has it issued
    turn           BIGINT NOT NULL DEFAULT 0, -- until when others leave the issuance alone
    error          TEXT, -- problem document
    wishes         TEXT, -- JSON of what the profile's name carried
    replaces       TEXT, -- RFC 9773 identifier of the certificate it replaces
    chosen         TEXT, -- the profile the client named
    ip             TEXT NOT NULL,
    created        BIGINT NOT NULL,
    csr            BLOB, -- until the certificate is issued
    certificate_id TEXT,
    certid         TEXT, -- RFC 9773 identifier of the certificate
    not_before     BIGINT NOT NULL DEFAULT 0,
    not_after      BIGINT NOT NULL DEFAULT 0
) WITHOUT ROWID;
-- The orders of an account, newest first.
CREATE INDEX acme_order_account ON acme_order (account, id);
-- Housekeeping: what is due.
CREATE INDEX acme_order_due ON acme_order (due);
-- Resume: what is being issued; few rows at any time.
CREATE INDEX acme_order_processing ON acme_order (turn) WHERE status = 'processing';
-- Renewal information and revocation: the order of a certificate.
CREATE INDEX acme_order_certid ON acme_order (certid) WHERE certid IS NOT NULL;
-- Renewal: the orders that replace a certificate.
CREATE INDEX acme_order_replaces ON acme_order (replaces) WHERE replaces IS NOT NULL;

-- Authorizations with their challenges: one token for all, and one challenge at a time that is tried. due is as in orders.
CREATE TABLE acme_authorization (
    id        TEXT PRIMARY KEY,
    account   TEXT NOT NULL,
    profile   TEXT NOT NULL,
    kind      TEXT NOT NULL, -- dns or ip
    value     TEXT NOT NULL, -- without *.
    wildcard  BOOLEAN NOT NULL,
    status    TEXT NOT NULL,
    token     TEXT NOT NULL,
    offers    TEXT NOT NULL, -- the challenges, with spaces between
    method    TEXT NOT NULL DEFAULT '', -- the challenge that is or was tried
    trial     TEXT NOT NULL DEFAULT '', -- its state, when it is not pending
    print     TEXT NOT NULL DEFAULT '', -- RFC 7638 thumbprint of the key the client answered with
    attempts  BIGINT NOT NULL DEFAULT 0,
    error     TEXT, -- problem document
    validated BIGINT NOT NULL DEFAULT 0,
    expires   BIGINT NOT NULL,
    reuse     BIGINT NOT NULL DEFAULT 0, -- until when further orders may use it; -1 for none, before it is valid
    due       BIGINT NOT NULL,
    worker    TEXT NOT NULL DEFAULT '', -- who tries the challenge
    turn      BIGINT NOT NULL DEFAULT 0, -- until when others leave the trial alone
    ord       TEXT, -- the order it was made for
    created   BIGINT NOT NULL
) WITHOUT ROWID;
-- newOrder: how many wait; account deactivation: which.
CREATE INDEX acme_authorization_pending ON acme_authorization (account) WHERE status = 'pending';
-- newOrder and revocation: the valid one of an account for a name that can be used longest.
CREATE INDEX acme_authorization_valid ON acme_authorization (account, value, reuse) WHERE status = 'valid';
-- Housekeeping: what is due.
CREATE INDEX acme_authorization_due ON acme_authorization (due);
-- Resume: what is being tried; few rows at any time.
CREATE INDEX acme_authorization_trial ON acme_authorization (turn) WHERE status = 'pending' AND trial = 'processing';

-- Which further orders an authorization serves: the first stands in itself, the other direction in the orders.
CREATE TABLE acme_order_authorization (
    authz TEXT NOT NULL,
    ord   TEXT NOT NULL,
    PRIMARY KEY (authz, ord)
) WITHOUT ROWID;

-- Nonces that were used, where several nodes share the database; kept until they would have ended.
CREATE TABLE acme_nonce (
    id    BLOB PRIMARY KEY,
    until BIGINT NOT NULL
);
-- Housekeeping: those that have ended.
CREATE INDEX acme_nonce_until ON acme_nonce (until);

-- Keys of external accounts.
CREATE TABLE acme_eab (
    name       TEXT PRIMARY KEY,
    id         TEXT NOT NULL,
    key_id     TEXT NOT NULL, -- the kid clients send
    policy     TEXT NOT NULL,
    algorithm  TEXT NOT NULL,
    secret     BLOB NOT NULL, -- sealed
    status     TEXT NOT NULL,
    expires    BIGINT NOT NULL, -- 0 is never
    bound      BIGINT NOT NULL, -- accounts ever bound
    methods    TEXT NOT NULL, -- challenges its accounts are offered, for searches
    body       TEXT NOT NULL, -- JSON of what limits its accounts
    created    BIGINT NOT NULL
) WITHOUT ROWID;
-- newAccount: the key of a kid.
CREATE UNIQUE INDEX acme_eab_key ON acme_eab (key_id);
-- Is a policy used.
CREATE INDEX acme_eab_of_policy ON acme_eab (policy);

-- What all keys of a policy share.
CREATE TABLE acme_eab_policy (
    name TEXT PRIMARY KEY,
    id   TEXT NOT NULL,
    body TEXT NOT NULL -- JSON
) WITHOUT ROWID;
