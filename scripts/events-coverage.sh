#!/usr/bin/env bash
# Runs the tests and says which of the seed events the servers in them really emitted.
#
# Each test process adds lines {"code","status","story"} to a file of its own in the folder EVENTS_COVERAGE: events read
# back through the API of a server that was driven through a door.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

EVENTS_COVERAGE=$(mktemp -d)
export EVENTS_COVERAGE
trap 'rm -rf -- "$EVENTS_COVERAGE"' EXIT

passed=0
go test -timeout 20m ./... | grep -Ev '\[no test files\]$' || passed=${PIPESTATUS[0]}
go run ./internal/house/coverage "$EVENTS_COVERAGE"
[ "$passed" = 0 ] || { echo "some tests failed, so events may be missing" >&2 && exit 1; }
