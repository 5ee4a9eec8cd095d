-- +goose Up
-- Lists in an order, when many certificates are found: they are read in that order until the page is full.
-- By beginning, and by subject.
CREATE INDEX certificate_not_before ON certificate (not_before);
CREATE INDEX certificate_dn ON certificate (dn);
-- The certificates of a profile by their end: profiles differ in how long their certificates are valid.
CREATE INDEX certificate_profile_end ON certificate (profile, not_after);
-- The few certificates of an issuer, of a type of key or of a module; of those that many have, any order finds a page.
CREATE INDEX certificate_issuer ON certificate (issuer);
CREATE INDEX certificate_key_type ON certificate (key_type);
CREATE INDEX certificate_module ON certificate (module);
-- What was revoked, the latest first or last.
CREATE INDEX certificate_revoked ON certificate (revoked_at) WHERE revoked = TRUE;
