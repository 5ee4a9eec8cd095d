#!/usr/bin/env bash
# Runs everything that must be green before a change is merged, stage by stage, and prints each stage's time.
#
#   scripts/test.sh               all stages
#   scripts/test.sh STAGE...      only these: components format vet staticcheck console sqlite postgres build browser
#
# A stage that fails does not stop the ones after it; what the tests of all packages ended with stands at the end.
# TEST_POSTGRES=postgres://... names a PostgreSQL for the tests; without it one is started and thrown away.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

module=$(go list -m)
work=$(mktemp -d)
POSTGRES_STATE=$work/postgres
export POSTGRES_STATE
failed=()

finish() {
	scripts/postgres.sh stop
	rm -rf -- "$work"
}
trap finish EXIT
trap 'exit 130' INT TERM

# tests runs go test, keeps its output for the end, and returns its status.
tests() {
	go test "$@" 2>&1 | tee -a "$work/tests" | grep -v '\[no test files\]$' || [ "${PIPESTATUS[0]}" = 0 ]
}

components() { scripts/components.sh; }

format() {
	local ugly
	ugly=$(gofmt -l cmd internal)
	[ -z "$ugly" ] && return
	printf 'not formatted by gofmt:\n%s\n' "$ugly"
	return 1
}

vet() { go vet ./...; }

staticcheck() { go tool staticcheck ./...; }

sqlite() {
	local race=-race
	if ! command -v gcc >/dev/null; then
		echo "there is no C compiler: the tests run WITHOUT the race detector" >&2
		[ "${CI:-}" != true ] || return 1
		race=
	fi
	echo "-- on SQLite${race:+, with the race detector}" >>"$work/tests"
	TEST_POSTGRES='' tests $race -timeout 20m ./...
}

# on_store prints the packages whose tests link the store: those the database makes a difference for.
on_store() {
	go list -test -f '{{if eq .Name "main"}}{{.ImportPath}} {{join .Deps " "}}{{end}}' ./... |
		awk -v store="$module/internal/store" '$1 ~ /\.test$/ {
			name = $1; sub(/\.test$/, "", name)
			for (i = 2; i <= NF; i++) if ($i == store) { print name; next }
		}'
}

postgres() {
	local packages url
	packages=$(on_store)
	if [ -z "$packages" ]; then
		echo "no package tests the store"
		return
	fi
	if ! url=${TEST_POSTGRES:-$(scripts/postgres.sh start)}; then
		echo "there is no PostgreSQL: its tests are LEFT OUT" >&2
		[ "${CI:-}" != true ]
		return
	fi
	echo "-- on PostgreSQL" >>"$work/tests"
	# shellcheck disable=SC2086 # one word a package
	TEST_POSTGRES=$url tests -timeout 20m $packages
}

# build shows that the default build needs no C compiler. A checkout git does not trust is built without its commit.
build() {
	local vcs=true
	git rev-parse HEAD >/dev/null 2>&1 || vcs=false
	CGO_ENABLED=0 go build -buildvcs=$vcs -o "$work/horizon" ./cmd/horizon
}

# with_node puts a Node.js that is new enough for the console's tools first in PATH; the system's may be older.
with_node() {
	node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)' && return
	npm install --silent --no-audit --no-fund --prefix "$work/node" node@22
	PATH=$work/node/node_modules/node/bin:$PATH
}

# console checks the pages, builds them, and shows that what is embedded is what they build to.
console() {
	with_node
	(cd web && npm ci --silent --no-audit --no-fund && npm run -s check)
	local stale
	stale=$(git status --porcelain -- internal/console/dist)
	[ -z "$stale" ] && return
	printf 'internal/console/dist is not what web builds to; run "make console" and commit it:\n%s\n' "$stale"
	return 1
}

# browser drives the pages in a real browser against servers of its own.
browser() {
	with_node
	CGO_ENABLED=0 go build -buildvcs=false -o "$work/horizon" ./cmd/horizon
	echo "-- in Chromium" >>"$work/tests"
	(cd web && HORIZON=$work/horizon npm run -s browser) >"$work/browser" 2>&1 || { cat "$work/browser"; return 1; }
	grep -E '^# (tests|pass|fail)' "$work/browser" | tee -a "$work/tests"
}

# stage runs one stage and prints how long it took.
stage() {
	local began=$SECONDS result=ok
	echo "== $1"
	# In a subshell of its own, so that the stage stops at its first failing command.
	set +e
	(
		set -e
		"$1"
	)
	[ $? = 0 ] || { result=FAILED && failed+=("$1"); }
	set -e
	echo "== $1: $result, $((SECONDS - began)) s" | tee -a "$work/stages"
}

all=(components format vet staticcheck console sqlite postgres build browser)
for name in "${@:-${all[@]}}"; do
	[[ " ${all[*]} " == *" $name "* ]] || { echo "no stage $name; there are: ${all[*]}" >&2 && exit 2; }
	stage "$name"
done

echo
if [ -s "$work/tests" ]; then
	echo "== how the tests ended"
	grep -E '^(ok|FAIL|panic:|-- |# )|^ *--- FAIL' "$work/tests"
fi
cat "$work/stages"
[ "$SECONDS" -le 1800 ] || echo "the stages took over 30 minutes, which is a defect" >&2
if [ ${#failed[@]} -gt 0 ]; then
	echo "FAILED: ${failed[*]}"
	exit 1
fi
echo "all stages passed in $SECONDS s"
