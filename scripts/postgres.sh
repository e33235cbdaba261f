#!/usr/bin/env bash
# A private PostgreSQL server in a folder, reached by a socket in that folder only. Needs no service and no password, runs beside any other.
# Usage: postgres.sh start <folder> [--no-fsync]   prints the server's URL; the folder is made
#        postgres.sh kill <folder>                 stops it at once, as a crash does; `start` on the same folder goes on
#        postgres.sh halt <folder>                 stops it in order; the folder stays, and `start` finds nothing to recover
#        postgres.sh stop <folder>                 stops it and removes the folder
# --no-fsync is for tests whose data nobody keeps; without it the server is as durable as PostgreSQL is by default.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
command=${1:-}
folder=${2:-}
[ -n "$folder" ] || fail "usage: postgres.sh start|kill|stop <folder> [--no-fsync]"

bin() {
  local newest
  newest=$(find /usr/lib/postgresql -maxdepth 1 -mindepth 1 2>/dev/null | sort -V | tail -n 1)
  [ -n "$newest" ] || fail "PostgreSQL is not installed; apt-get install postgresql"
  echo "$newest/bin"
}

# The server refuses to run as root: then it is Debian's user `postgres`, who owns the folder.
as_server() {
  if [ "$(id -u)" = 0 ]; then
    (cd / && setpriv --reuid=postgres --regid=postgres --init-groups "$@")
  else
    "$@"
  fi
}

case $command in
  start)
    "$root/scripts/packages.sh" postgres >&2
    mkdir -p "$folder"
    folder=$(cd "$folder" && pwd)
    data=$folder/data
    if [ ! -d "$data" ]; then
      chmod 0755 "$folder"
      mkdir -m 0700 "$data"
      [ "$(id -u)" != 0 ] || chown postgres:postgres "$folder" "$data"
      as_server test -w "$data" || fail "the user postgres cannot enter $folder; give a folder directly below /tmp"
      # Text is ordered by its bytes, as SQLite orders it.
      as_server "$(bin)/initdb" --pgdata "$data" --username postgres --auth trust --encoding UTF8 --locale C --no-instructions --no-sync >"$folder/initdb.log" ||
        fail "initdb failed; what it said is in $folder/initdb.log"
      {
        echo "listen_addresses = ''"
        echo "unix_socket_directories = '$folder'"
        echo "max_connections = 200"
        [ "${3:-}" != --no-fsync ] || printf 'fsync = off\nfull_page_writes = off\n'
      } >>"$data/postgresql.conf"
    fi
    as_server "$(bin)/pg_ctl" start --silent --wait --pgdata "$data" --log "$folder/log" >&2 ||
      fail "the server did not start; its log is $folder/log"
    echo "postgres:///postgres?host=$folder&user=postgres"
    ;;
  kill)
    as_server "$(bin)/pg_ctl" stop --silent --wait --mode immediate --pgdata "$folder/data" >&2
    ;;
  halt)
    as_server "$(bin)/pg_ctl" stop --silent --wait --mode fast --pgdata "$folder/data" >&2
    ;;
  stop)
    # Its data go with the folder: there is nothing to write out.
    as_server "$(bin)/pg_ctl" stop --silent --wait --mode immediate --pgdata "$folder/data" >&2 || true
    [ -d "$folder/data" ] && rm -rf -- "$folder"
    ;;
  *) fail "postgres.sh knows start, kill, halt and stop, not '$command'" ;;
esac
