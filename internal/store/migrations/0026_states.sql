-- +goose Up
-- Requests by how far they have come, in their usual order: what waits for a decision, and every other state people ask for.
CREATE INDEX request_state ON request (state, id) WHERE sheet IS NOT NULL;
