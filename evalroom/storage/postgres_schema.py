"""The ledger's tables in PostgreSQL: made and brought up to date when asked, looked at otherwise.

They have a schema to themselves, so that any database will do. Entries can be added by the role
that serves, and by nobody changed or removed: it has no such privilege, and a trigger refuses it to
those who have.
"""

from typing import Final

from evalroom.storage.ledger import (
    LedgerDamaged,
    LedgerTooNew,
    LedgerTooOld,
    LedgerUnavailable,
)
from evalroom.storage.postgres_server import Connection, Server

SCHEMA: Final = "evalroom_ledger"

# Ids as they are, without small numbers to stand for them: here the indexes take it well, and no
# append has to look a number up. Nothing refers to `session`: a check of it for every entry would
# cost a sixth of an append, and both are written by one statement.
_BEGINNING: Final = f"""
create table {SCHEMA}.version (version integer not null);
create unique index version_is_one on {SCHEMA}.version ((true));
insert into {SCHEMA}.version values (0);
create table {SCHEMA}.session (
    session bytea primary key check (length(session) = 16),
    due bigint
);
create index session_due on {SCHEMA}.session (due) where due is not null;
create table {SCHEMA}.entry (
    session bytea not null check (length(session) = 16),
    seq bigint not null check (seq >= 1),
    at bigint not null,
    command_id bytea not null check (length(command_id) = 16),
    sealed bytea not null,
    head bytea not null check (length(head) = 32),
    primary key (session, seq),
    unique (session, command_id)
);
create table {SCHEMA}.snapshot (
    session bytea primary key,
    seq bigint not null,
    head bytea not null,
    schema text not null,
    sealed bytea not null
);
-- What is sealed does not get smaller: no trying.
alter table {SCHEMA}.entry alter sealed set storage external;
alter table {SCHEMA}.snapshot alter sealed set storage external;
create function {SCHEMA}.refuse() returns trigger language plpgsql as
    $$ begin raise exception 'an entry is never changed or removed'; end $$;
create trigger entry_stays before update or delete or truncate on {SCHEMA}.entry
    for each statement execute function {SCHEMA}.refuse();
"""

STEPS: Final = (_BEGINNING,)
"""What leads from each version to the next; a step, once released, is never changed."""

# The role that serves may do this much, also where it is the one that made the tables.
_PRIVILEGES: Final = """
revoke all on {schema}.entry from {role};
grant usage on schema {schema} to {role};
grant select on {schema}.version to {role};
grant select, insert on {schema}.entry to {role};
grant select, insert, update on {schema}.session to {role};
grant select, insert, update, delete on {schema}.snapshot to {role};
"""

# Any number, the same on every node: two that start at once take turns.
_MIGRATING: Final = 0x45764C67


async def migrate(server: Server, owner: Server | None = None) -> None:
    """Make the ledger's tables, or bring them up to date: all steps or none.

    `owner` is the same database as the role that makes and keeps the tables; without it the role
    that serves does. Raises `LedgerTooNew`, `LedgerDamaged` (the schema is somebody else's),
    `LedgerUnavailable`.
    """
    serving = await server.connect()
    try:
        role = await serving.fetchval("select quote_ident(current_user)")
    finally:
        await serving.close()
    keeper = owner or server
    connection = await keeper.connect()
    try:
        async with connection.transaction():
            await connection.execute(f"select pg_advisory_xact_lock({_MIGRATING})")
            found = await _version(connection, keeper) or 0
            if found > len(STEPS):
                raise LedgerTooNew(str(keeper), found, len(STEPS))
            if not await connection.fetchval(_SCHEMA_EXISTS, SCHEMA):
                await connection.execute(f"create schema {SCHEMA}")
            for step in STEPS[found:]:
                await connection.execute(step)
            await connection.execute(f"update {SCHEMA}.version set version = {len(STEPS)}")
            await connection.execute(_PRIVILEGES.format(schema=SCHEMA, role=role))
    except Exception as fault:
        raise keeper.explained(fault) from None
    finally:
        await connection.close()


async def look_over(connection: Connection, server: Server) -> None:
    """See that the tables are those this program knows.

    Raises `LedgerTooNew`, `LedgerTooOld`, `LedgerDamaged`, `LedgerUnavailable`.
    """
    found = await _version(connection, server)
    if found is None:
        raise LedgerTooOld(str(server), None, len(STEPS))
    if found > len(STEPS):
        raise LedgerTooNew(str(server), found, len(STEPS))
    if found < len(STEPS):
        raise LedgerTooOld(str(server), found, len(STEPS))


async def advice(connection: Connection) -> tuple[str, ...]:
    """What an operator should know about this server; empty when there is nothing."""
    row = await connection.fetchrow(_CONDITIONS)
    assert row is not None
    return tuple(words for key, words in _ADVICE.items() if row[key])


async def _version(connection: Connection, server: Server) -> int | None:
    """None where there are no tables yet."""
    row = await connection.fetchrow(_SURROUNDINGS, SCHEMA)
    assert row is not None
    encoding, tables, ours = row
    if encoding != "UTF8":
        raise LedgerUnavailable(f"{server}: the database's encoding is {encoding}; UTF8 is needed")
    if not tables:
        return None
    if not ours:
        raise LedgerDamaged(f"{server}: another program's tables lie in the schema {SCHEMA}")
    version: int = await connection.fetchval(f"select version from {SCHEMA}.version")
    return version


# From the catalogue, which every role may read: hidden from us is not the same as missing.
_SCHEMA_EXISTS: Final = "select exists (select from pg_namespace where nspname = $1)"
_SURROUNDINGS: Final = """
select current_setting('server_encoding'), count(*) > 0, bool_or(relname = 'version_is_one')
from pg_class join pg_namespace on pg_namespace.oid = relnamespace where nspname = $1
"""

_CONDITIONS: Final = f"""
select current_setting('fsync') = 'off' or current_setting('full_page_writes') = 'off' as fragile,
    pg_has_role(current_user, (select relowner from pg_class
        where oid = '{SCHEMA}.entry'::regclass), 'usage') as keeper,
    not (select ssl from pg_stat_ssl where pid = pg_backend_pid())
        and inet_client_addr() is distinct from inet_server_addr() as open_line
"""

_ADVICE: Final = {
    "fragile": "PostgreSQL runs with fsync or full_page_writes off: a power cut can take entries "
    "that were answered, and more. Switch both on.",
    "keeper": "The database role that serves owns the ledger's tables, or may do everything: it "
    "could give itself the privilege to change them. Let another role own them: see `migrate` in "
    "docs/configuration.md.",
    "open_line": "The line to PostgreSQL is not encrypted: what the directory holds and every "
    "time and id can be read on the way. Add ?sslmode=verify-full to the address.",
}
