"""The one place where an error becomes words on the wire."""

import logging
import secrets
import traceback

from evalroom.sessions.refusals import Malformed, Refused
from evalroom.wire.messages import Bye, ConnectError, ConnectFault, NotDone

log = logging.getLogger(__name__)

PROTOCOL_BYE = Bye("protocol", come_back=False)
INTERNAL = "internal"

# Enough to tell one socket's lines from another's, too little to take anything over with.
SHOWN_OF_A_SOCKET = 8


def fault_of(
    error: Exception, doing: str, account: str | None = None, socket: str | None = None
) -> NotDone | Bye:
    """Give what to tell the peer: a refusal to show, or a good-bye to a broken client.

    Anything that is neither of the two known families is a bug of ours: it is logged under a
    reference, and the reference is all that the peer learns. `doing` says what went on, and
    `account` and `socket` with whom, for the log: neither it nor the log line holds what the peer
    sent or what the error says, which may be a score.
    """
    about = {"account": account, "socket": socket and socket[:SHOWN_OF_A_SOCKET]}
    match error:
        case Refused():
            return _refusal(error)
        case Malformed():
            log.warning("malformed at %s while %s", _place(error.path), doing, extra=about)
            return PROTOCOL_BYE
        case _:
            reference = secrets.token_hex(4)
            log.error("bug %s while %s: %s", reference, doing, _whereabouts(error), extra=about)
            return NotDone(
                code=INTERNAL, message_key=f"refusal.{INTERNAL}", params={"reference": reference}
            )


def connect_error(fault: NotDone | Bye) -> ConnectError:
    """Give the answer to a join that failed; stock clients show its `data`."""
    message = fault.code.replace("_", " ")
    return ConnectError(message, ConnectFault(fault.code, message, fault.retry_ms))


def _refusal(refused: Refused) -> NotDone:
    params = dict(refused.params)
    key = f"refusal.{refused.code}"
    if isinstance(params.get("retry_ms"), int):
        retry_ms: int = params.pop("retry_ms")
        return NotDone(code=refused.code, message_key=key, params=params, retry_ms=retry_ms)
    return NotDone(code=refused.code, message_key=key, params=params)


def _place(path: str) -> str:
    # A path may end in a key that the peer chose.
    return path[:80] if path.isascii() and path.isprintable() else "an unprintable path"


def _whereabouts(error: Exception) -> str:
    frames = traceback.extract_tb(error.__traceback__)[-6:]
    calls = " > ".join(f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames)
    return f"{type(error).__name__} at {calls}"
