-- +goose Up
-- Parts of subjects and alternative names, of eight letters each: they find what three letters do not, where all
-- certificates share each three letters of what is looked for.
-- only sqlite
CREATE VIRTUAL TABLE certificate_text_part USING fts5(text, content='', detail=none, columnsize=0, tokenize='ascii');
INSERT INTO certificate_text_part (rowid, text)
    SELECT c.n, text_parts(c.dn || char(10) || COALESCE((SELECT group_concat(s.value ->> 1, char(10)) FROM json_each(c.sans) s), ''))
    FROM certificate c ORDER BY c.n;
-- end
-- only postgres
-- +goose StatementBegin
CREATE FUNCTION text_parts(lowered TEXT) RETURNS TEXT[] IMMUTABLE STRICT PARALLEL SAFE LANGUAGE sql AS $$
    SELECT array_agg(DISTINCT substr(lowered, i, 8)) FROM generate_series(1, length(lowered) - 7) AS i
$$;
-- +goose StatementEnd
CREATE INDEX certificate_dn_part ON certificate USING gin ((text_parts(lower(dn)) COLLATE "C"));
CREATE INDEX certificate_san_part ON certificate_san USING gin ((text_parts(lower(value)) COLLATE "C"));
-- end
