-- +goose Up
-- What ends, by who renews it: the weeks of an outlook. Every column it reads is in the index.
CREATE INDEX certificate_end ON certificate (not_after, auto_renew, profile, module) WHERE revoked = FALSE AND successor IS NULL;
-- What ends of an owner or of a team, and was not renewed.
CREATE INDEX certificate_owner_end ON certificate (owner, not_after, auto_renew, profile) WHERE revoked = FALSE AND successor IS NULL AND owner IS NOT NULL;
CREATE INDEX certificate_team_end ON certificate (team, not_after, auto_renew, profile) WHERE revoked = FALSE AND successor IS NULL AND team IS NOT NULL;

-- The history of one configuration object: the detail "name" of its events.
ALTER TABLE event ADD COLUMN object_name TEXT;
-- only sqlite
UPDATE event SET object_name = (SELECT d.value ->> 1 FROM json_each(event.details) d WHERE d.value ->> 0 = 'name' LIMIT 1) WHERE details LIKE '%["name","%';
-- end
-- only postgres
UPDATE event SET object_name = (SELECT d.value ->> 1 FROM jsonb_array_elements(details::jsonb) d WHERE d.value ->> 0 = 'name' LIMIT 1) WHERE details LIKE '%["name","%';
-- end
CREATE INDEX event_object ON event (object_name, seq) WHERE object_name IS NOT NULL;
