#!/bin/sh
# Run once by the PostgreSQL image, when its data folder is empty. One role owns the tables, the
# other serves: it can add to the ledger and change nothing in it.
set -eu

psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" --dbname postgres \
    --set owner="$DATABASE_OWNER_PASSWORD" --set serving="$DATABASE_PASSWORD" <<'SQL'
create role evalroom_owner login password :'owner';
create role evalroom login password :'serving';
create database evalroom owner evalroom_owner encoding 'UTF8' template template0;
revoke all on database evalroom from public;
grant connect on database evalroom to evalroom;
SQL
