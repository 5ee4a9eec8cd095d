-- +goose Up
-- What is due for renewal: renewal.due before and after. The expression is that of internal/inventory/renewal.go.
CREATE INDEX certificate_renewal ON certificate ((COALESCE(due, CASE WHEN not_after - not_before > 7776000000000 THEN not_after - 2592000000000 ELSE not_after - (not_after - not_before) / 3 END)));
-- What a certificate has renewed: successor equals.
CREATE INDEX certificate_successor ON certificate (successor) WHERE successor IS NOT NULL;
