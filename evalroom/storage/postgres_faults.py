"""What PostgreSQL, and the way to it, answer when they do not serve: in our words."""

import os
import socket
import ssl
from typing import Final

import asyncpg
from asyncpg.exceptions import TargetServerAttributeNotMatched

_SERVER_SAYS: Final = {
    "25006": "it only reads: a standby?",
    "28P01": "the password is not accepted",
    "28000": "this user is not let in from here",
    "3D000": "there is no database of this name",
    "3F000": "its schema is gone",
    "42501": "this user lacks a privilege",
    "42P01": "its tables are gone",
    "53100": "its disk is full",
    "53300": "it has as many connections as it takes",
    "55P03": "another program holds a lock",
    "57014": "it did not finish in time",
    "57P01": "it is being stopped",
    "57P02": "it has crashed",
    "57P03": "it is starting or stopping",
    "40001": "two transactions were in each other's way",
    "40P01": "two transactions waited for each other",
}
_KINDS: Final = {
    "08": "the connection broke",
    "28": "this user is not let in from here",
    "53": "it is short of something",
    "57": "its operator intervened",
    "58": "its system failed",
}
_DAMAGED: Final = "XX001", "XX002"


def unwilling(fault: BaseException) -> str | None:
    """Why the server does not serve now; None when `fault` is something else, a bug of ours.

    Nothing that server or driver said is repeated: it could hold what was stored, or a password.
    """
    match fault:
        case asyncpg.PostgresError():
            code = fault.sqlstate or ""
            return _SERVER_SAYS.get(code) or _KINDS.get(code[:2])
        case TargetServerAttributeNotMatched():
            return _SERVER_SAYS["25006"]
        case asyncpg.InternalClientError():
            # The driver has lost its place: it was told of the end between two statements.
            return _KINDS["08"]
        case asyncpg.InterfaceError():
            # The driver has one class for this and for its being used wrongly.
            return _KINDS["08"] if "closed" in str(fault) else None
        case TimeoutError():
            return "does not answer in time"
        case OSError():
            return _out_of_reach(fault)
        case _:
            return None


def damaged(fault: BaseException) -> bool:
    """Whether the server has found its own files damaged."""
    return isinstance(fault, asyncpg.PostgresError) and fault.sqlstate in _DAMAGED


def _out_of_reach(fault: OSError) -> str:
    if isinstance(fault, socket.gaierror):
        return "there is no host of this name"
    if isinstance(fault, ssl.SSLError):
        return "its TLS certificate is not accepted, or it speaks TLS otherwise"
    if fault.errno is None:
        return "broke off at once: does one of the two want TLS?"
    return f"cannot be reached: {os.strerror(fault.errno).lower()}"
