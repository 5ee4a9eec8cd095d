#!/usr/bin/env bash
# Makes sure that the real components the tests talk to are there.
#
# On Debian and Ubuntu, as root or with a sudo that asks nothing, what is missing is installed with apt. Otherwise it is
# named, together with the tests that need it. With CI=true a missing component is a failure, elsewhere a warning.
set -euo pipefail

# One line a component: what shows that it is there (a command, or a path with wildcards), its Debian package, and
# what cannot run without it.
table='
make                                make               every target of the Makefile
git                                 git                the check that only tracked files are released
/etc/ssl/certs/ca-certificates.crt  ca-certificates    the download of Go modules
gcc                                 gcc                the race detector, and PKCS#11
/usr/include/stdlib.h               libc6-dev          the race detector, and PKCS#11
softhsm2-util                       softhsm2           tests of a keyset sealed to a PKCS#11 token
keytool                             default-jre-headless  tests that open what is handed out in Java
curl                                curl               tests that do what the documentation says
jq                                  jq                 tests that do what the documentation says
openssl                             openssl            tests that compare certificates, CRL, OCSP and the event log with OpenSSL
python3                             python3            tests of the documented check of one event
/usr/lib/postgresql/*/bin/initdb    postgresql         the tests on PostgreSQL
psql                                postgresql-client  the tests on PostgreSQL
certbot                             certbot            tests of ACME with certbot
acme-tiny                           acme-tiny          tests of ACME with acme-tiny
nginx                               nginx              the test of client certificates behind nginx
chromium                            chromium           tests of the console in a browser
node                                nodejs             the check and the tests of the console
npm                                 npm                the check and the tests of the console
/usr/lib/python3/dist-packages/aiosmtpd  python3-aiosmtpd   tests of mail with a real mail server
'

present() {
	case $1 in
	/*) compgen -G "$1" >/dev/null ;;
	*) command -v "$1" >/dev/null ;;
	esac
}

# missing prints the lines of the table whose component is not there.
missing() {
	while read -r probe package needed; do
		[ -z "$probe" ] || present "$probe" || echo "$probe $package $needed"
	done <<<"$table"
}

# as_root runs a command with the rights apt needs, without ever asking for a password.
as_root() {
	if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

can_install() {
	command -v apt-get >/dev/null || return 1
	[ "$(id -u)" = 0 ] || { command -v sudo >/dev/null && sudo -n true 2>/dev/null; }
}

apt() {
	as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 "$@"
}

# install gets all packages at once and, when one of them is not to be had, each of those that are.
install() {
	apt update || echo "components: apt-get update failed, trying with the lists that are here" >&2
	apt install --no-install-recommends "$@" && return
	for package in "$@"; do
		apt install --no-install-recommends "$package" || true
	done
}

lacks=$(missing)
if [ -n "$lacks" ] && can_install; then
	mapfile -t packages < <(awk '{ print $2 }' <<<"$lacks" | sort -u)
	echo "components: installing ${packages[*]}"
	install "${packages[@]}"
	hash -r
	lacks=$(missing)
fi

if [ -z "$lacks" ]; then
	echo "components: all there"
	exit 0
fi
{
	echo "components: MISSING, and not installed from here:"
	while read -r probe package needed; do
		printf '  %-36s Debian package %-18s needed by %s\n' "$probe" "$package" "$needed"
	done <<<"$lacks"
} >&2
if [ "${CI:-}" = true ]; then
	echo "components: CI=true, so this is a failure" >&2
	exit 1
fi
echo "components: going on without; the tests named above fail or are left out" >&2
