-- +goose Up
-- The parts of a text, found in half the time: whatever records a certificate and whatever makes an index again asks for them.
-- A part may come twice, as the index keeps each once: what indexes hold does not change.
-- only postgres
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION text_parts(lowered TEXT) RETURNS TEXT[] IMMUTABLE STRICT PARALLEL SAFE LANGUAGE plpgsql AS $$
DECLARE
    found TEXT[];
BEGIN
    FOR i IN 1 .. length(lowered) - 7 LOOP
        found[i] := substr(lowered, i, 8);
    END LOOP;
    RETURN found;
END
$$;
-- +goose StatementEnd
-- end
