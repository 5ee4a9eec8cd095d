#!/usr/bin/env bash
# A private PostgreSQL for tests, thrown away afterwards:  scripts/postgres.sh start|url|stop
#
#   start  makes a cluster in a new temporary folder, starts it and prints its URL (again, when it runs already)
#   url    prints the URL of the running cluster
#   stop   stops it and removes everything
#
# Where the cluster is stands in the file POSTGRES_STATE (default: .postgres at the top of the checkout). It has no
# password, listens on loopback only and does not wait for the disk: it is for tests and for nothing else.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
state=${POSTGRES_STATE:-$root/.postgres}

die() {
	echo "postgres: $*" >&2
	exit 1
}

# binaries prints the folder of the newest server installed.
binaries() {
	local newest
	newest=$(compgen -G '/usr/lib/postgresql/*/bin/initdb' | sort -V | tail -n 1) || true
	[ -n "$newest" ] || newest=$(command -v initdb) || die "no server is installed, see scripts/components.sh"
	dirname "$newest"
}

# owner is who the server runs as: PostgreSQL refuses to be root.
owner() {
	if [ "$(id -u)" != 0 ]; then id -un; elif id postgres >/dev/null 2>&1; then echo postgres; else echo nobody; fi
}

# as_owner runs a command as the owner of the cluster, in the cluster's folder.
as_owner() {
	if [ "$(id -un)" = "$(owner)" ]; then "$@"; else (cd / && setpriv --reuid "$(owner)" --regid "$(id -g "$(owner)")" --clear-groups -- "$@"); fi
}

# free_port prints a port of the loopback nobody listens on.
free_port() {
	local port
	for _ in $(seq 100); do
		port=$((20000 + RANDOM % 12000))
		if ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
			echo "$port"
			return
		fi
	done
	die "no free port was found"
}

running() { [ -s "$state" ] && as_owner "$(binaries)/pg_ctl" -D "$(folder)/db" status >/dev/null 2>&1; }
folder() { sed -n 1p "$state"; }
url() { sed -n 2p "$state"; }

# boot starts the server of folder $1 on port $2. Its output goes to a file: an open pipe would keep the caller waiting.
boot() {
	as_owner "$(binaries)/pg_ctl" -D "$1/db" -l "$1/log" -w -t 60 -o "-p $2 -k $1" start >"$1/start" 2>&1 </dev/null
}

start() {
	if running; then
		url
		return
	fi
	[ ! -s "$state" ] || stop
	local dir port
	# Not in TMPDIR: another user must get into it, and the path of a socket may have 107 bytes.
	dir=$(mktemp -d /tmp/horizon-postgres.XXXXXX)
	chmod 755 "$dir"
	[ "$(id -u)" != 0 ] || chown "$(owner)" "$dir"
	echo "$dir" >"$state"
	as_owner "$(binaries)/initdb" -D "$dir/db" -U horizon --auth=trust --encoding=UTF8 --locale=C.UTF-8 --no-sync >"$dir/initdb" 2>&1 ||
		die "initdb failed: $(tail -n 3 "$dir/initdb")"
	cat >>"$dir/db/postgresql.conf" <<-CONF
		listen_addresses = '127.0.0.1'
		max_connections = 300
		fsync = off
		synchronous_commit = off
		full_page_writes = off
	CONF
	for _ in 1 2 3 4 5; do # somebody may take the port between the look and the start
		port=$(free_port)
		if boot "$dir" "$port"; then
			echo "postgres://horizon@127.0.0.1:$port/postgres?sslmode=disable" >>"$state"
			url
			return
		fi
	done
	die "the server did not start: $(cat "$dir/start" "$dir/log")"
}

stop() {
	[ -s "$state" ] || return 0
	local dir
	dir=$(folder)
	case $dir in */horizon-postgres.??????) ;; *) die "$state does not name a folder of this script" ;; esac
	as_owner "$(binaries)/pg_ctl" -D "$dir/db" -m immediate -w stop >/dev/null 2>&1 || true
	rm -rf -- "$dir" "$state"
}

case ${1:-} in
start) start ;;
stop) stop ;;
url) running || die "is not running"; url ;;
*) die "usage: $0 start|url|stop" ;;
esac
