-- +goose Up
-- How many certificates hold a text, told from a thousand samples. Of the usual hundred none may hold what one certificate in a
-- hundred does: those were then taken for a handful and all collected, where reading in order finds a page at once.
-- only postgres
ALTER INDEX IF EXISTS certificate_dn_text ALTER COLUMN 1 SET STATISTICS 1000;
ALTER INDEX IF EXISTS certificate_san_text ALTER COLUMN 1 SET STATISTICS 1000;
ANALYZE certificate, certificate_san;
-- end
