-- +goose Up
-- What is due and not renewed yet: state is due. Its end tells, within the index, what has ended since. The expression is
-- that of internal/inventory/renewal.go.
CREATE INDEX certificate_due ON certificate ((COALESCE(due, CASE WHEN not_after - not_before > 7776000000000 THEN not_after - 2592000000000 ELSE not_after - (not_after - not_before) / 3 END)), not_after) WHERE revoked = FALSE AND successor IS NULL;
