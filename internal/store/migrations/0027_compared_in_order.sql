-- +goose Up
-- Where a list is read in its order until a page is full, what the certificates are compared by stands in the index: a row is
-- read when it fits, and not to find out. The number of the row stands before it, as it orders what is equal.
-- only sqlite
DROP INDEX certificate_not_after;
CREATE INDEX certificate_not_after ON certificate (not_after, n, dn, team);
DROP INDEX certificate_dn;
CREATE INDEX certificate_dn ON certificate (dn, n, not_after, team);
-- end
