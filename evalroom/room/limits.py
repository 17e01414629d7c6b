"""Every limit of a room that is not a promise of the protocol: its value and the reason for it."""

from typing import Final

from evalroom.wire.limits import CHANGES_BYTES

RACES: Final = 16
"""Lost races for one seq before a command is sent back as `busy`: each one is another command that
went through, so sixteen in a row are a session driven from many nodes at once."""

BUSY_RETRY_MS: Final = 250
"""What a full mailbox holds is worked off in about this time."""

UNAVAILABLE_RETRY_MS: Final = 1_000
"""A locked or full disk does not come back within a blink."""

READERS: Final = 512
"""Sockets of one session on one node: seats, offices and a hall of observers; a tick's writes to
all of them stay under 3 ms."""

OWED_CHECK_BYTES: Final = 32_768
"""Bytes written to an audience between two looks at what its readers owe: asking costs as much as
writing, and a reader may be this far over the limit before it is noticed."""

EPHEMERAL_OWED_BYTES: Final = 16_384
"""A reader that is behind is spared what may be dropped anyway."""

CELLS_AT_ONCE: Final = 2_000
"""Cells that a decision may count up on the loop: about 20 ms. A larger package is given a thread
for whatever is no edit."""

REVEALED_CELLS: Final = CHANGES_BYTES // 19
"""Cells newly shown to an audience past which no payload could hold them: the shortest takes 19
bytes. What nobody would be sent is not put together for each of them."""

TAIL_BLOCK: Final = 32
"""Entries between two kept states of the tail: folding half as many again costs under 1 ms."""

TAIL_ENTRIES: Final = 4_096
"""Entries that a token may lie back: an hour of five members who edit all the time."""

TAIL_BYTES: Final = 2 << 20
"""Bodies of the entries kept for coming back, about a third of what they take in memory."""

FOLDING_SLICE: Final = 32
"""Entries followed in one turn of the loop, by all sessions together, while old ones are read:
about 2 ms, so that nobody else waits longer."""

PAST_ENTRIES: Final = 20_000
"""Entries followed from the beginning for a reader whose token lies before the tail of a session
that was opened from a snapshot: nearly twice the longest sessions, a second of short turns."""

PAST_BYTES: Final = 32 << 20
"""Bodies read for the same; what such a session would cost is more than a view."""

RECENT_COMMANDS: Final = 64
"""Entries at hand for a repeated command: two sockets' worth in flight when a link breaks."""

RECENT_BYTES: Final = 8_192
"""Larger entries are found in the ledger again instead of being kept at hand."""

SNAPSHOT_ENTRIES: Final = 500
"""Entries between two snapshots: folding them takes about 20 ms, saving a large state as long."""

SNAPSHOT_BACK: Final = 256
"""How far back the state lies that is saved: whoever opens the session from it has these entries at
hand, and with them every reader who comes back after a restart, with a token of the last minute."""

POOL_BYTES: Final = 4_096
"""Randomness drawn at once: salts for a hundred commands."""

ROOMS: Final = 2_048
"""Sessions of one node, half of the appends that a ledger takes at once."""

SWEEP_SECONDS: Final = 0.1
"""How often the ledger is asked what other nodes have written, while they cannot be heard: one
query, and nobody sees another node's entries later than in a fifth of a second."""

SWEEP_AFTER_SECONDS: Final = 5.0
"""How long that goes on when the bus is back: other nodes may come back to it this much later."""

IDLE_SECONDS: Final = 60.0
"""How long a room without readers stays: a whole venue that reloads finds it warm."""

SECOND: Final = 1.0
"""A room's only timer: marks, presence, looks and the comparison with the ledger hang on it."""

LEASE_SECONDS: Final = 5.0
"""How long another node's word on who is there holds without being repeated."""

LEASE_EVERY: Final = 2
"""Seconds after which that word is repeated: one may be lost before a lease runs out."""

LINK_GRACE_SECONDS: Final = 10.0
"""An absence shorter than this is a reload or a cable put back, and goes into no record."""

LOOKS_SECONDS: Final = 3
"""How long looks gather before they become one entry."""

LOOKS_HELD: Final = 2_000
"""Looks that wait for a ledger that cannot serve; past it nothing more is shown, because a look
that leaves no record must not happen."""

LAST_TRIES: Final = 10
"""How often a room that is being left tries to put its last looks on record."""

LAST_TRY_SECONDS: Final = 0.2
"""What it waits between two tries: in all no longer than a node may take to stop."""

DEADLINE_SECONDS: Final = 1.0
"""How often a node asks for deadlines that have come; they are days and hours long."""

DEADLINE_RETRY_SECONDS: Final = 60.0
"""A session whose deadline could not be met is left alone for this long."""

GOSSIP_BYTES: Final = 65_536
"""Larger entries are not sent to the other nodes: they are told to read the ledger."""

MINUTES_KEPT: Final = 20_000
"""Lines kept at hand, about 10 MB; longer minutes are read from the ledger each time."""

LOST_ROOMS: Final = 1_024
"""Sessions remembered as unreadable here; forgetting one costs another attempt to read it."""
