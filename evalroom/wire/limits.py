"""Every limit of the protocol: its name, its value and the reason for it.

A limit is a promise in both directions: within it nothing is refused, past it the answer is the
one that `docs/protocol.md` names. Its table of limits is held equal to this one by a test.
"""

from typing import Final, NamedTuple

from evalroom.sessions.sheets import CELLS_PER_COMMAND


class Limit(NamedTuple):
    """One limit; `unit` is what `value` counts."""

    name: str
    value: int
    unit: str
    reason: str


_ALL: list[Limit] = []


def _limit(name: str, value: int, unit: str, reason: str) -> int:
    _ALL.append(Limit(name, value, unit, reason))
    return value


# What one message may be

MESSAGE_BYTES: Final = _limit(
    "message_bytes", 65_536, "bytes",
    "a command of 200 cells with a remark on each fits, a flood of memory does not",
)  # fmt: skip
READ_BYTES: Final = _limit(
    "read_bytes", 131_072, "bytes",
    "twice a message, so that one a little too long still gets a good-bye instead of a dead line",
)  # fmt: skip
CHANGES_BYTES: Final = _limit(
    "changes_bytes", 65_536, "bytes",
    "past it a fresh view over HTTP, compressed, is cheaper than the changes",
)  # fmt: skip
COMMAND_CELLS: Final = _limit(
    "command_cells", CELLS_PER_COMMAND, "cells",
    "the largest sheet one person fills in one sitting, in one entry of the ledger",
)  # fmt: skip
COMMAND_ID_BYTES: Final = _limit(
    "command_id_bytes", 16, "bytes",
    "random ids of this length never meet by chance",
)  # fmt: skip
NAME_CHARACTERS: Final = _limit(
    "name_characters", 64, "characters",
    "no command, matter or document has a longer name",
)  # fmt: skip
TOKEN_BYTES: Final = _limit(
    "token_bytes", 512, "bytes",
    "a sealed position is shorter than a third of it",
)  # fmt: skip
BEARER_CHARACTERS: Final = _limit(
    "bearer_characters", 512, "characters",
    "a bearer token is 32 bytes of secret in text, with room for another form of it",
)  # fmt: skip

# How often

COMMAND_BURST: Final = _limit(
    "command_burst", 40, "commands",
    "a person who fills a row of cells and sends them one by one",
)  # fmt: skip
COMMANDS_PER_SECOND: Final = _limit(
    "commands_per_second", 20, "commands",
    "faster than anybody types, slow enough that one socket cannot starve a session",
)  # fmt: skip
REPLAY_BURST: Final = _limit(
    "replay_burst", 400, "commands",
    "an offline queue of an hour, and of 2,380 cells when they are grouped, goes out at once",
)  # fmt: skip
REPLAY_SECONDS: Final = _limit(
    "replay_seconds", 60, "seconds",
    "how long a replay's surplus lasts, and how soon another join may bring the next one",
)  # fmt: skip
EPHEMERAL_BURST: Final = _limit(
    "ephemeral_burst", 60, "messages",
    "two seconds of a moving pointer; what is past it is dropped without a word",
)  # fmt: skip
EPHEMERALS_PER_SECOND: Final = _limit(
    "ephemerals_per_second", 30, "messages",
    "a pointer moves smoothly at 30 positions a second",
)  # fmt: skip
JOIN_BURST: Final = _limit(
    "join_burst", 30, "joins",
    "all windows of one person come back after a restart, three times over",
)  # fmt: skip
JOINS_PER_SECOND: Final = _limit(
    "joins_per_second", 1, "joins",
    "counted per principal and never per address: a venue sits behind one address",
)  # fmt: skip

# How many at a time

IN_FLIGHT: Final = _limit(
    "in_flight", 32, "commands",
    "unanswered commands of one socket; the server reads no further until one is answered",
)  # fmt: skip
MAILBOX_COMMANDS: Final = _limit(
    "mailbox_commands", 256, "commands",
    "waiting in one session; eight sockets with all their commands, or a quarter second of disk",
)  # fmt: skip
SOCKETS_PER_PRINCIPAL: Final = _limit(
    "sockets_per_principal", 8, "sockets",
    "the windows one person keeps open on one session",
)  # fmt: skip
SOCKETS_PER_SEAT: Final = _limit(
    "sockets_per_seat", 1, "sockets",
    "a member evaluates at one seat, in one window",
)  # fmt: skip
OWED_BYTES: Final = _limit(
    "owed_bytes", 262_144, "bytes",
    "what a reader may fall behind before he is dropped; he comes back by token",
)  # fmt: skip
UNJOINED_SOCKETS: Final = _limit(
    "unjoined_sockets", 2_048, "sockets",
    "connections of one node that have not joined yet: a whole node coming back fits",
)  # fmt: skip
JOIN_ATTEMPTS: Final = _limit(
    "join_attempts", 4, "attempts",
    "CONNECT packets on one connection; an honest client stops at the first refusal",
)  # fmt: skip

IDLE_SOCKET_BYTES: Final = _limit(
    "idle_socket_bytes",
    32_768,
    "bytes",
    "memory of one reader who says nothing: a thousand of them are no reason for a second node",
)

# How long

MARK_CHANGES: Final = _limit(
    "mark_changes", 64, "changes",
    "how much a client that comes back has to be told again",
)  # fmt: skip
MARK_SECONDS: Final = _limit(
    "mark_seconds", 5, "seconds",
    "a client that misses two knows that its link is dead",
)  # fmt: skip
REFETCH_JITTER_MS: Final = _limit(
    "refetch_jitter_ms", 1_000, "milliseconds",
    "a whole session told to refetch does not ask in the same instant",
)  # fmt: skip
JOIN_SECONDS: Final = _limit(
    "join_seconds", 10, "seconds",
    "from an open connection to a joined session, a cold room included",
)  # fmt: skip
PING_SECONDS: Final = _limit(
    "ping_seconds", 10, "seconds",
    "between an answered ping and the next",
)  # fmt: skip
PONG_SECONDS: Final = _limit(
    "pong_seconds", 10, "seconds",
    "for the answer to a ping; a pulled cable is noticed within 20 s",
)  # fmt: skip
CLOSING_SECONDS: Final = _limit(
    "closing_seconds", 5, "seconds",
    "for the peer to answer a closing frame before the line is cut",
)  # fmt: skip

LIMITS: Final[tuple[Limit, ...]] = tuple(_ALL)
