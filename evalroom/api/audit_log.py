"""The log of administrative acts and log-ins, read by the audit office and by nobody else."""

from typing import Annotated, Literal

from msgspec import Meta

from evalroom.api.call import Call
from evalroom.api.forms import Paging
from evalroom.api.routes import route
from evalroom.storage.directory import Page, audit
from evalroom.storage.directory.audit import AuditLine, Wanted

# Until the year 2286, as far as cursors go.
Moment = Annotated[int, Meta(ge=0, lt=10**13)]


class AuditQuery(Paging, frozen=True):
    """Which lines: of one `act`, of one `account` (`none`: of nobody known), with one `outcome`,
    from `since` until before `until` (server time, ms).
    """

    act: Annotated[str, Meta(max_length=64)] | None = None
    account: Annotated[str, Meta(max_length=64)] | None = None
    outcome: Literal["done", "refused"] | None = None
    since: Moment | None = None
    until: Moment | None = None


@route("GET", "/api/audit", "audit", statuses=(422,))
async def read_audit_log(call: Call, query: AuditQuery) -> Page[AuditLine]:
    """The log, newest first, or the lines of it that are asked for."""
    wanted = Wanted(query.act, query.account, query.outcome, query.since, query.until)
    return await call.parts.directory.read(audit.listed, query.limit, query.after, wanted)
