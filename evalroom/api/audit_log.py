"""The log of administrative acts and log-ins, read by the audit office and by nobody else."""

from evalroom.api.call import Call
from evalroom.api.forms import Paging
from evalroom.api.routes import route
from evalroom.storage.directory import Page, audit
from evalroom.storage.directory.audit import AuditLine


@route("GET", "/api/audit", "audit", statuses=(422,))
async def read_audit_log(call: Call, query: Paging) -> Page[AuditLine]:
    """The log, newest first."""
    return await call.parts.directory.read(audit.listed, query.limit, query.after)
