"""Every limit of the bus over Redis: its value and the reason for it."""

from typing import Final

from evalroom.bus.bus import MESSAGE_BYTES

OLDEST: Final = (6, 2)
"""The oldest server, Redis or Valkey, that is still looked after somewhere."""

PING_SECONDS: Final = 2.0
"""How often both connections are asked for a sign of life. A server that gave none between two
pings is gone: it is noticed within twice this time, before a lease on presence runs out."""

CONNECT_SECONDS: Final = 3.0
"""What two connections, their greetings and all subscriptions may take together."""

SENTINEL_SECONDS: Final = 1.0
"""What one Sentinel may take to say who is master, before the next one is asked."""

FIRST_PAUSE: Final = 0.05
LAST_PAUSE: Final = 2.0
"""Between two attempts to connect, in seconds: doubled from the first to the last, and shortened by
chance, so that a server that is back is not met by all nodes at once."""

HELD_SECONDS: Final = 5.0
"""A connection that held this long was a good one: the pauses begin again with the first."""

OWED_BYTES: Final = 8 << 20
"""What may wait for a server that does not take it: a second of the busiest node's screens. More
is dropped and counted; a hint that is late helps nobody."""

REPLY_BYTES: Final = MESSAGE_BYTES + 65_536
"""No answer is longer than the longest message with its topic; whoever sends more is no server of
ours, and would fill the memory."""

FEED_BYTES: Final = 16_384
"""Bytes given to the parser at once: it moves the rest of what it was given after each kilobyte,
so that a whole read of 256 KB costs nine times as much a message."""

CLOSE_SECONDS: Final = 1.0
"""What a node that stops gives its last words to leave."""

NAME_ADDRESSES: Final = 4
"""Addresses of one name that are tried in turn; each has its share of the time."""
