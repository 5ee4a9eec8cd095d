-- +goose Up
-- Where a list is read in its order until a page is full, what the certificates are compared by stands in the index: a row is
-- read when it fits, and not to find out. What orders equal ones stands before it.
DROP INDEX certificate_not_after;
DROP INDEX certificate_dn;
-- only sqlite
CREATE INDEX certificate_not_after ON certificate (not_after, n, dn, team);
CREATE INDEX certificate_dn ON certificate (dn, n, not_after, team);
-- end
-- only postgres
CREATE INDEX certificate_not_after ON certificate (not_after, id) INCLUDE (dn, team);
CREATE INDEX certificate_dn ON certificate (dn, id) INCLUDE (not_after, team);
-- Many begin in one second.
DROP INDEX certificate_not_before;
CREATE INDEX certificate_not_before ON certificate (not_before, id);
-- end
