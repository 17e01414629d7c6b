"""The log of administrative acts and log-ins.

It only grows: the database itself refuses to change or drop a line.
"""

from collections.abc import Callable, Iterator
from typing import Any, Concatenate, ParamSpec, TypeVar

import msgspec
from msgspec import Struct, field
from sqlalchemy import ColumnElement, Connection, insert, select

from evalroom.sessions.refusals import Refused
from evalroom.storage.directory.pages import Page, bounded, page
from evalroom.storage.directory.schema import audit

P = ParamSpec("P")
T = TypeVar("T")


class Trace(Struct, frozen=True):
    """Who did what to whom, from where.

    `detail` never holds a secret, a score or a tender's text.
    """

    at: int
    account: str | None
    act: str
    subject: str | None = None
    outcome: str = "done"
    address: str | None = None
    detail: dict[str, Any] = field(default_factory=dict)


class Wanted(Struct, frozen=True):
    """Which lines of the log: those of an act, of an account (`NOBODY` for lines without one), with
    an outcome, from `since` until before `until` (server time, ms). What is None is not asked.
    """

    act: str | None = None
    account: str | None = None
    outcome: str | None = None
    since: int | None = None
    until: int | None = None


EVERY_LINE = Wanted()

NOBODY = "none"
"""No account has this id."""

# The most digits that surely fit the database's 64-bit integer.
MAX_DIGITS = 18


class AuditLine(Trace, frozen=True, kw_only=True):
    """A trace with its place in the log."""

    id: int


def append(connection: Connection, trace: Trace) -> None:
    """Add one line."""
    row = msgspec.structs.asdict(trace)
    row["detail"] = msgspec.json.encode(trace.detail).decode()
    connection.execute(insert(audit).values(row))


def recorded(
    connection: Connection,
    trace: Trace,
    act: Callable[Concatenate[Connection, P], T],
    /,
    *args: P.args,
    **kwargs: P.kwargs,
) -> T:
    """Do `act` and log it in the same transaction: neither without the other."""
    result = act(connection, *args, **kwargs)
    append(connection, trace)
    return result


def listed(
    connection: Connection, limit: int, after: str | None, wanted: Wanted = EVERY_LINE
) -> Page[AuditLine]:
    """The log, newest first; `after` goes towards older lines."""
    limit = bounded(limit)
    query = select(audit).where(*_conditions(wanted)).order_by(audit.c.id.desc()).limit(limit + 1)
    if after is not None:
        if not (after.isascii() and after.isdigit() and len(after) <= MAX_DIGITS):
            raise Refused("unknown_cursor", after=after)
        query = query.where(audit.c.id < int(after))
    found = [_line(row) for row in connection.execute(query)]
    return page(found, limit, lambda line: str(line.id))


def _conditions(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    if wanted.act is not None:
        yield audit.c.act == wanted.act
    if wanted.account is not None:
        yield audit.c.account == (None if wanted.account == NOBODY else wanted.account)
    if wanted.outcome is not None:
        yield audit.c.outcome == wanted.outcome
    if wanted.since is not None:
        yield audit.c.at >= wanted.since
    if wanted.until is not None:
        yield audit.c.at < wanted.until


def _line(row: Any) -> AuditLine:
    return AuditLine(
        row.at,
        row.account,
        row.act,
        row.subject,
        row.outcome,
        row.address,
        msgspec.json.decode(row.detail),
        id=row.id,
    )
