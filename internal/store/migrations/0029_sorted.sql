-- +goose Up
-- Lists sorted by who answers and by what stands on many certificates: read in the order of an index, also where most have
-- nothing there. The first two find by owner and team as before.
DROP INDEX certificate_owner;
DROP INDEX certificate_team;
-- only sqlite
CREATE INDEX certificate_owner ON certificate (owner, id);
CREATE INDEX certificate_team ON certificate (team, id);
CREATE INDEX certificate_contact ON certificate (contact_email, id);
-- end
-- only postgres
CREATE INDEX certificate_owner ON certificate (owner NULLS FIRST, id);
CREATE INDEX certificate_team ON certificate (team NULLS FIRST, id);
CREATE INDEX certificate_contact ON certificate (contact_email NULLS FIRST, id);
-- What holds a text and is listed by its identifier is compared within the index.
ALTER TABLE certificate DROP CONSTRAINT certificate_pkey, ADD PRIMARY KEY (id) INCLUDE (dn);
-- end
CREATE INDEX certificate_algorithm ON certificate (signing_algorithm, id);
