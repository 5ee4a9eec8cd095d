#!/usr/bin/env bash
# Runs every fuzz target for FUZZTIME (default 1m):  scripts/fuzz.sh [package pattern...]
#
# A finding does not stop the others; the targets with findings stand at the end. Go writes the input that failed to
# testdata/fuzz of the package: commit it with the fix.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

time=${FUZZTIME:-1m}
[ $# -gt 0 ] || set -- ./...

# "go test -list" prints the names of a package's targets and then a line "ok package time".
listing=$(go test -list '^Fuzz' "$@") || { echo "$listing" && exit 1; }
targets=$(awk '/^Fuzz/ { names[n++] = $1 } $1 == "ok" { for (i = 0; i < n; i++) print $2, names[i] } !/^Fuzz/ { n = 0 }' <<<"$listing")
if [ -z "$targets" ]; then
	echo "no fuzz target in $*"
	exit 0
fi

findings=()
while read -r package target; do
	echo "== $package $target for $time"
	go test -run '^$' -fuzz "^$target\$" -fuzztime "$time" "$package" </dev/null || findings+=("$package $target")
done <<<"$targets"

echo
echo "$(wc -l <<<"$targets") fuzz targets, ${#findings[@]} with findings"
[ ${#findings[@]} = 0 ] || { printf '  %s\n' "${findings[@]}" && exit 1; }
