"""The one place where an error becomes an HTTP answer: problem+json (RFC 9457) with a stable code.

Three families: a refusal is shown, a malformed request is named, and anything else is a bug of
ours that is logged and stays opaque.
"""

from collections.abc import Sequence
from typing import Any

from aiohttp import web
from msgspec import Struct, field

from evalroom.api.slips import slip_of
from evalroom.sessions.refusals import Malformed, Refused
from evalroom.sessions.tender.faults import Fault, TenderFaults
from evalroom.sessions.tender.texts import message as tender_message
from evalroom.storage.ledger import LedgerUnavailable
from evalroom.wire.texts import Language, text
from evalroom.workbook import WorkbookFault, WorkbookFaults, message as workbook_message

Found = Fault | WorkbookFault

TYPE = "urn:evalroom:refusal:"

# What the rules of an evaluation refuse is a conflict with its state, unless it is one of these.
DEFAULT_STATUS = 409
STATUS = {
    "not_logged_in": 401,
    "login_unknown": 401,
    "login_ended": 401,
    "login_expired": 401,
    "login_of_other_device": 401,
    "token_unknown": 401,
    "token_revoked": 401,
    "token_expired": 401,
    "wrong_credentials": 401,
    "account_disabled": 403,
    "foreign_origin": 403,
    "outside_scope": 403,
    "not_your_office": 403,
    "not_for_programs": 403,
    "not_invited": 403,
    "may_not_read": 403,
    "other_device": 403,
    "own_voice": 403,
    "screen_sealed": 403,
    "wrong_role": 403,
    "media_off": 404,
    "footage_off": 404,
    "nothing_recorded": 404,
    "alarm_unknown": 404,
    "cut_too_long": 422,
    "pairing_code_unknown": 404,
    "no_such_page": 404,
    "method_not_allowed": 405,
    "too_large": 413,
    "unsupported_media_type": 415,
    "range_not_satisfiable": 416,
    "bad_expiry": 422,
    "offer_faulty": 422,
    "password_too_weak": 422,
    "unknown_cursor": 422,
    "pdf_broken": 422,
    "log_in_throttled": 429,
    "pairing_throttled": 429,
    "too_many_joins": 429,
    "busy": 503,
    "connection_lost": 503,
    "storage_unavailable": 503,
    "ledger_unavailable": 503,
    "unavailable": 503,
    "restart": 503,
    "unknown_version": 503,
    "ledger_damaged": 500,
    "report_sealed": 403,
    "timeout": 503,
    "not_ready": 503,
    "document_damaged": 500,
    "footage_damaged": 500,
}


class FieldProblem(Struct, frozen=True):
    """One fault of what was sent: where (`bids[2].price`, `sheet!B3`), which, and in the user's
    words.
    """

    path: str
    reason: str
    code: str = ""
    severity: str = "error"
    params: dict[str, Any] = field(default_factory=dict)


class Problem(Struct, frozen=True, kw_only=True):
    """Why a request was not carried out. `code` is stable; `title` and `detail` are for the person.

    `retry_ms` says when to try again, `request` names the request in the server's log.
    """

    type: str
    title: str
    status: int
    code: str
    detail: str
    params: dict[str, Any] = field(default_factory=dict)
    errors: tuple[FieldProblem, ...] = ()
    retry_ms: int | None = None
    request: str = ""


def problem_of(error: BaseException, language: Language, request: str = "") -> Problem:
    """What to tell the client about an error."""
    match error:
        case Refused():
            params = dict(error.params)
            retry = params.pop("retry_ms", None)
            errors = _offer_faults(params, language) if error.code == "offer_faulty" else ()
            return _problem(error.code, language, request, params, errors=errors, retry_ms=retry)
        case Malformed():
            slip = slip_of(error.reason)
            fault = FieldProblem(error.path, slip.told(language), slip.code, params={**slip.params})
            return _problem("malformed", language, request, status=400, errors=(fault,))
        case TenderFaults():
            errors = faults_shown(error.faults, language)
            return _problem("tender_faults", language, request, status=422, errors=errors)
        case WorkbookFaults():
            errors = faults_shown(error.faults, language)
            return _problem("workbook_faults", language, request, status=422, errors=errors)
        case web.HTTPException():
            return _problem(_code_of_http(error), language, request, status=error.status)
        case LedgerUnavailable():
            return _problem("ledger_unavailable", language, request)
        case TimeoutError():
            return _problem("timeout", language, request)
        case _:
            return _problem("internal", language, request, status=500)


def status_of(code: str) -> int:
    """The HTTP status that goes with a refusal."""
    if code.startswith("unknown_") and code not in STATUS:
        return 404
    return STATUS.get(code, DEFAULT_STATUS)


def faults_shown(faults: Sequence[Found], language: Language) -> tuple[FieldProblem, ...]:
    """The faults of a tender or a workbook, in the user's words; a workbook's by sheet and cell."""
    return tuple(
        FieldProblem(
            _place_of(fault),
            _words_of(fault, language),
            fault.code,
            fault.severity,
            dict(fault.params),
        )
        for fault in faults
    )


def _offer_faults(params: dict[str, Any], language: Language) -> tuple[FieldProblem, ...]:
    """What is wrong with an SDP offer, in the user's words."""
    code, detail = str(params.get("fault", "")), params.get("detail", "")
    words = text(f"offer.{code}", language, {"detail": detail})
    return (FieldProblem("body", words, code, params={"detail": detail}),)


def _place_of(fault: Found) -> str:
    return fault.place if isinstance(fault, WorkbookFault) else fault.path


def _words_of(fault: Found, language: Language) -> str:
    if isinstance(fault, WorkbookFault):
        return workbook_message(fault, language)
    return tender_message(fault, language)


def _problem(
    code: str,
    language: Language,
    request: str,
    params: dict[str, Any] | None = None,
    *,
    status: int | None = None,
    errors: tuple[FieldProblem, ...] = (),
    retry_ms: int | None = None,
) -> Problem:
    status = status or status_of(code)
    return Problem(
        type=TYPE + code,
        title=text(f"problem.{status}", language),
        status=status,
        code=code,
        detail=text(f"refusal.{code}", language, params),
        params=params or {},
        errors=errors,
        retry_ms=retry_ms,
        request=request,
    )


_HTTP_CODES = {404: "no_such_page", 405: "method_not_allowed", 413: "too_large"}


def _code_of_http(error: web.HTTPException) -> str:
    return _HTTP_CODES.get(error.status, "malformed" if error.status < 500 else "internal")
