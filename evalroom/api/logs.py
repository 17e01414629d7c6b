"""Logs as JSON lines that cannot hold a score, a name or a password: only keys on a short list
get through, and an error is told by its kind and place, never by its message, which may quote
what it choked on.
"""

import logging
import re
import traceback
from typing import TYPE_CHECKING, Any, TextIO

import structlog
from structlog.stdlib import BoundLogger, ProcessorFormatter
from structlog.typing import EventDict, WrappedLogger

from evalroom.api.log_pipe import LogPipe

if TYPE_CHECKING:
    from evalroom.api.call import Call

ALLOWED = (
    "time",
    "level",
    "logger",
    "event",
    "request",
    "route",
    "status",
    "code",
    "ms",
    "account",
    "socket",
    "error",
    "where",
)
"""All that a line may say.

`account` is an opaque id, `socket` the beginning of another, `route` the name of a function,
`code` a refusal's.
"""

FROM_OUTSIDE = ("account", "socket")
"""What an ordinary log call may add by `extra`."""

# Longer is not a sentence of ours but something that was quoted.
MAX_CHARACTERS = 300

FRAMES = 6


def configure_logs(stream: TextIO, level: str = "info") -> LogPipe:
    """Send everything that is logged in this process to `stream`, one JSON object a line, without
    waiting for whoever reads it; returns the handler.
    """
    handler = LogPipe(stream)
    handler.setFormatter(
        ProcessorFormatter(
            processors=[
                structlog.stdlib.ExtraAdder(allow=FROM_OUTSIDE),
                _in_safe_words,
                structlog.stdlib.add_log_level,
                structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
                _only_allowed,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
            pass_foreign_args=True,
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    # Its lines hold addresses with sessions in them; ours hold the route instead.
    logging.getLogger("aiohttp.access").setLevel(logging.CRITICAL)
    # What it says of a migration stands in arguments, which do not get through.
    logging.getLogger("alembic").setLevel(logging.WARNING)
    return handler


def log_request(call: "Call", status: int, code: str, seconds: float) -> None:
    """One line about one answer."""
    level = logging.ERROR if status >= 500 and code == "internal" else logging.INFO
    _requests.log(
        level,
        "request",
        request=call.id,
        route=call.route.name,
        status=status,
        code=code,
        ms=round(seconds * 1000, 1),
        account=call.speaker,
    )


def whereabouts(error: BaseException) -> str:
    """The kind of an error and where it came up, without what it says."""
    frames = traceback.extract_tb(error.__traceback__)[-FRAMES:]
    calls = " > ".join(f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames)
    return f"{type(error).__name__} at {calls}"


# Wrapped by itself, so that it is structured however the process around it has configured
# structlog.
_requests: BoundLogger = structlog.wrap_logger(
    logging.getLogger("evalroom.requests"),
    processors=[structlog.stdlib.filter_by_level, ProcessorFormatter.wrap_for_formatter],
    wrapper_class=BoundLogger,
)


def _in_safe_words(_logger: WrappedLogger, _name: str, line: EventDict) -> EventDict:
    record: logging.LogRecord = line.pop("_record")
    line["logger"] = record.name
    told_by_structlog = line.pop("_from_structlog")
    args = line.pop("positional_args", None)
    if not told_by_structlog and record.name.partition(".")[0] != "evalroom":
        # A library's sentence is shown without its values, and not at all if they are already
        # in it.
        form = _PLACE.sub("…", str(record.msg)).replace("%%", "%")
        line["event"] = form if args else "(a library's message without a form)"
    exc_info: Any = line.pop("exc_info", None)
    if isinstance(exc_info, tuple) and exc_info[1] is not None:
        line["error"] = type(exc_info[1]).__name__
        line["where"] = whereabouts(exc_info[1])
    return line


# Where a value would stand in a sentence (printf, as `logging` has it).
_PLACE = re.compile(r"%(?:\(\w+\))?[-#0 +]*(?:\*|\d+)?(?:\.(?:\*|\d+))?[hlL]?[diouxXeEfFgGcrsa]")


def _only_allowed(_logger: WrappedLogger, _name: str, line: EventDict) -> EventDict:
    return {key: _short(line[key]) for key in ALLOWED if key in line}


def _short(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, str):
        return value if len(value) <= MAX_CHARACTERS else value[:MAX_CHARACTERS] + "…"
    return type(value).__name__
