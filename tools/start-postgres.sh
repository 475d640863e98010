#!/bin/sh
# Start a PostgreSQL for the tests and print its SQLAlchemy URL (nothing else) on stdout.
#
# As root on Debian: installs the package where it is missing, starts the system's cluster and
# makes the role and database whatworks_test.
# As anyone else: makes a private cluster in the user's cache folder (PostgreSQL's programs must be
# installed). Running it again is harmless.
#
#     export WHATWORKS_TEST_POSTGRES="$(tools/start-postgres.sh)"
set -eu

name=whatworks_test
say() { printf '%s\n' "$*" >&2; }

newest_programs() {
    # Debian keeps the programs of each major version in a folder of its own.
    for folder in $(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -Vr); do
        if [ -x "$folder/initdb" ]; then
            printf '%s\n' "$folder"
            return 0
        fi
    done
    if command -v initdb >/dev/null 2>&1; then
        dirname "$(command -v initdb)"
        return 0
    fi
    return 1
}

# Reads SQL from stdin; the statements below make only what is not there.
make_role_and_database() {
    run_psql="$1"
    $run_psql <<SQL >&2
DO \$\$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '$name') THEN
        CREATE ROLE $name LOGIN CREATEDB PASSWORD '$name';
    END IF;
END \$\$;
SELECT 'CREATE DATABASE $name OWNER $name ENCODING ''UTF8'' TEMPLATE template0'
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '$name') \\gexec
SQL
}

as_root() {
    if ! newest_programs >/dev/null; then
        say "Installing PostgreSQL ..."
        DEBIAN_FRONTEND=noninteractive apt-get update -qq >&2
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql >&2
    fi
    version=$(pg_lsclusters -h | awk '$2 == "main" {print $1}' | sort -Vr | head -n 1)
    if [ -z "$version" ]; then
        version=$(basename "$(dirname "$(newest_programs)")")
        pg_createcluster "$version" main >&2
    fi
    if ! pg_ctlcluster "$version" main status >/dev/null 2>&1; then
        say "Starting PostgreSQL $version ..."
        pg_ctlcluster "$version" main start >&2
    fi
    port=$(pg_lsclusters -h | awk -v v="$version" '$1 == v && $2 == "main" {print $3}')
    wait_until_ready "$port" "$(newest_programs)"
    make_role_and_database "runuser -u postgres -- psql -p $port -v ON_ERROR_STOP=1 -q -d postgres"
}

as_user() {
    if ! programs=$(newest_programs); then
        say "PostgreSQL is not installed. Ask for Debian's package postgresql (apt-get install postgresql),"
        say "or set WHATWORKS_TEST_POSTGRES to the URL of a server you may create schemas on."
        exit 1
    fi
    home="${XDG_CACHE_HOME:-$HOME/.cache}/whatworks-test-postgres"
    port="${WHATWORKS_TEST_POSTGRES_PORT:-54329}"
    mkdir -p "$home"
    chmod 700 "$home"
    if [ ! -f "$home/data/PG_VERSION" ]; then
        say "Making a private PostgreSQL in $home ..."
        "$programs/initdb" -D "$home/data" -U postgres -E UTF8 --auth-local=trust --auth-host=scram-sha-256 >&2
    fi
    if ! "$programs/pg_ctl" -D "$home/data" status >/dev/null 2>&1; then
        say "Starting PostgreSQL on port $port ..."
        "$programs/pg_ctl" -D "$home/data" -l "$home/log" -w \
            -o "-p $port -k $home -c listen_addresses=127.0.0.1" start >&2
    fi
    wait_until_ready "$port" "$programs"
    make_role_and_database "$programs/psql -h $home -p $port -U postgres -v ON_ERROR_STOP=1 -q -d postgres"
}

wait_until_ready() {
    tries=0
    until "$2/pg_isready" -q -h 127.0.0.1 -p "$1"; do
        tries=$((tries + 1))
        if [ "$tries" -gt 60 ]; then
            say "PostgreSQL did not answer on port $1 within a minute. Its log tells why."
            exit 1
        fi
        sleep 1
    done
}

if [ "$(id -u)" -eq 0 ]; then as_root; else as_user; fi
printf 'postgresql+psycopg://%s:%s@127.0.0.1:%s/%s\n' "$name" "$name" "$port" "$name"
