"""Every limit of the wall and the streams behind it: its name, its value and the reason for it.

`docs/protocol.md` tells the same; its table of the wall's limits is held equal to this by a test.
"""

from typing import Final

from evalroom.wire.limits import Limit

_ALL: list[Limit] = []


def _limit(name: str, value: int, unit: str, reason: str) -> int:
    _ALL.append(Limit(name, value, unit, reason))
    return value


# What a node keeps

STREAMS_PER_SESSION: Final = _limit(
    "streams_per_session", 256, "streams",
    "nine members with three sources each and the cameras of several venues, many times over",
)  # fmt: skip
STREAMS_PER_NODE: Final = _limit(
    "streams_per_node", 2_048, "streams",
    "ten times what a core passes on; with full caches they take one gigabyte at the very most",
)  # fmt: skip
GOP_MS: Final = _limit(
    "gop_ms", 4_000, "milliseconds",
    "older pictures help nobody who comes late",
)  # fmt: skip
GOP_FRAMES: Final = _limit(
    "gop_frames", 90, "frames",
    "six seconds of an ordinary camera: past it a key frame is cheaper than catching up",
)  # fmt: skip
GOP_BYTES: Final = _limit(
    "gop_bytes", 524_288, "bytes",
    "four seconds at a megabit: two hundred ordinary streams take forty megabytes",
)  # fmt: skip
REPLAY_FRAMES: Final = _limit(
    "replay_frames", 15, "frames",
    "of one tile: what a browser decodes at once without falling behind as it begins",
)  # fmt: skip
REPLAY_TOGETHER: Final = _limit(
    "replay_together", 30, "frames",
    "of all tiles that begin together: a key frame that is asked for comes before more are decoded",
)  # fmt: skip

# How often a key frame is asked for

KEY_SPACING_MS: Final = _limit(
    "key_spacing_ms", 300, "milliseconds",
    "a key frame is five ordinary ones: a crowd of late joiners must not make the picture coarse",
)  # fmt: skip
KEY_REPEAT_MS: Final = _limit(
    "key_repeat_ms", 500, "milliseconds",
    "a browser answers within 60 ms: what has not come by then was lost on the way",
)  # fmt: skip
KEY_REPEAT_MOST_MS: Final = _limit(
    "key_repeat_most_ms", 4_000, "milliseconds",
    "whoever never answers is asked ever more rarely, up to this",
)  # fmt: skip
KEY_KEPT_MS: Final = _limit(
    "key_kept_ms", 2_000, "milliseconds",
    "while recorded or diagnosed: one can seek to two seconds, and a frozen picture is seen",
)  # fmt: skip
KEY_VIEWED_MS: Final = _limit(
    "key_viewed_ms", 4_000, "milliseconds",
    "while only viewed: the cache never grows past its limit of time",
)  # fmt: skip
KEY_IDLE_MS: Final = _limit(
    "key_idle_ms", 10_000, "milliseconds",
    "while nobody takes the stream: enough to see that the source still answers",
)  # fmt: skip

# What one wall may do

WALL_STREAMS: Final = _limit(
    "wall_streams", 64, "streams",
    "more than a screen shows; browsers decode fewer",
)  # fmt: skip
WALLS_PER_PRINCIPAL: Final = _limit(
    "walls_per_principal", 8, "walls",
    "the windows one person keeps open on one session, as on the control plane",
)  # fmt: skip
WALLS_PER_NODE: Final = _limit(
    "walls_per_node", 4_096, "walls",
    "what a node's streams are planned for, with room for a neighbour's viewers when it fails",
)  # fmt: skip
WALL_MESSAGE_BYTES: Final = _limit(
    "wall_message_bytes", 16_384, "bytes",
    "64 subscriptions or acknowledgements, three times over",
)  # fmt: skip
WALL_BURST: Final = _limit(
    "wall_burst", 600, "messages",
    "64 tiles that are asked for, hidden and shown again by somebody in a hurry",
)  # fmt: skip
WALL_PER_SECOND: Final = _limit(
    "wall_per_second", 240, "messages",
    "64 streams acknowledged one by one every 300 ms; each subscription counts as a message",
)  # fmt: skip

# Whoever reads too slowly

LAG_FRAMES: Final = _limit(
    "lag_frames", 20, "frames",
    "unacknowledged frames of a stream: more means that somebody sees the past",
)  # fmt: skip
LAG_MS: Final = _limit(
    "lag_ms", 1_000, "milliseconds",
    "age of the oldest unacknowledged frame: a slow screen has few frames and long delays",
)  # fmt: skip
BEHIND_BYTES: Final = _limit(
    "behind_bytes", 262_144, "bytes",
    "unsent on a line: no stream of it goes on before its next key frame",
)  # fmt: skip
RESUME_LAG_FRAMES: Final = _limit(
    "resume_lag_frames", 2, "frames",
    "unacknowledged at most when a stream goes on: what was sent has been taken",
)  # fmt: skip
RESUME_BYTES: Final = _limit(
    "resume_bytes", 32_768, "bytes",
    "unsent at most when a stream goes on: two key frames",
)  # fmt: skip
DROPS: Final = _limit(
    "drops", 3, "drops",
    "within drop_seconds: once may be chance, thrice is a line too thin",
)  # fmt: skip
DROP_SECONDS: Final = _limit(
    "drop_seconds", 30, "seconds",
    "the time in which drops are counted",
)  # fmt: skip
CALM_SECONDS: Final = _limit(
    "calm_seconds", 60, "seconds",
    "without a drop before a lowered stream is tried one layer higher again",
)  # fmt: skip
SEND_BUFFER_BYTES: Final = _limit(
    "send_buffer_bytes", 65_536, "bytes",
    "of the socket: what the system holds back there is stale when it arrives",
)  # fmt: skip
SLOW_BYTES: Final = _limit(
    "slow_bytes", 524_288, "bytes",
    "unsent although its pictures have stopped: nobody reads there",
)  # fmt: skip
SILENT_SECONDS: Final = _limit(
    "silent_seconds", 60, "seconds",
    "without a word or an answer to a ping; a stalled line of half a minute comes back by itself",
)  # fmt: skip
PING_EVERY_SECONDS: Final = _limit(
    "ping_every_seconds", 15, "seconds",
    "between two pings: four in vain mean that the line is dead",
)  # fmt: skip

# Looks

LOOKS_WAITING: Final = _limit(
    "looks_waiting", 10_000, "looks",
    "not on record yet: when no more can be held nothing is shown, for a look leaves its record",
)  # fmt: skip
LOOKS_PER_BATCH: Final = _limit(
    "looks_per_batch", 200, "looks",
    "one entry of the record",
)  # fmt: skip
LOOKS_SECONDS: Final = _limit(
    "looks_seconds", 10, "seconds",
    "between two batches",
)  # fmt: skip
LOOK_PIECE_SECONDS: Final = _limit(
    "look_piece_seconds", 60, "seconds",
    "a long look is recorded in pieces, so that a node that dies loses a minute of it",
)  # fmt: skip

LIMITS: Final[tuple[Limit, ...]] = tuple(_ALL)
