-- +goose Up
-- When a configuration object was last stored, in microseconds; 0 of older ones.
ALTER TABLE object ADD COLUMN modified BIGINT NOT NULL DEFAULT 0;

-- Which identity provider let a principal in last, and what kind of caller it was.
ALTER TABLE principal_login ADD COLUMN provider TEXT NOT NULL DEFAULT '';
ALTER TABLE principal_login ADD COLUMN type TEXT NOT NULL DEFAULT '';
