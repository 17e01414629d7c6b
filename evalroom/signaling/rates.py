"""How fast commands may come, and the allowance for a queue that gathered offline.

A replay cannot be told from haste by its commands, and a flag would be anybody's to set. What
makes a replay possible is a join: so a join lifts the bucket of its principal and session to the
replay's burst, at most once in `replay_seconds`, and what is left of the surplus after that time
is lost. Coming back again and again therefore gains nothing.
"""

import math
from collections import OrderedDict

from msgspec import Struct

from evalroom.wire import limits

# A bucket takes 200 bytes: two megabytes. Far more people than one node holds sockets.
MAX_BUCKETS = 10_000


class Rates(Struct, frozen=True, kw_only=True):
    """The rates of one node; the defaults are the protocol's, a load generator asks for more."""

    command_burst: int = limits.COMMAND_BURST
    commands_per_second: float = limits.COMMANDS_PER_SECOND
    replay_burst: int = limits.REPLAY_BURST
    replay_seconds: float = limits.REPLAY_SECONDS
    ephemeral_burst: int = limits.EPHEMERAL_BURST
    ephemerals_per_second: float = limits.EPHEMERALS_PER_SECOND
    join_burst: int = limits.JOIN_BURST
    joins_per_second: float = limits.JOINS_PER_SECOND


class Bucket:
    """Tokens that come back with time, up to a burst; a lift puts in more than the burst."""

    __slots__ = ("_at", "_burst", "_lifted_at", "_per_second", "_tokens")

    def __init__(self, burst: int, per_second: float, now: float) -> None:
        self._burst = burst
        self._per_second = per_second
        self._tokens = float(burst)
        self._at = now
        self._lifted_at = -math.inf

    def take(self, now: float) -> float:
        """Spend one token: 0 if there was one, else the seconds until there will be."""
        if self._tokens < self._burst:
            gained = (now - self._at) * self._per_second
            self._tokens = min(self._burst, self._tokens + gained)
        self._at = now
        if self._tokens < 1:
            return (1 - self._tokens) / self._per_second
        self._tokens -= 1
        return 0.0

    def lift(self, tokens: int, seconds: float, now: float) -> None:
        """Fill up to `tokens`, unless that was done less than `seconds` ago."""
        if now - self._lifted_at >= seconds:
            self._lifted_at = now
            self._tokens = float(max(tokens, self._burst))

    def lower(self, seconds: float, now: float) -> None:
        """Lose what a lift brought more than `seconds` ago."""
        if now - self._lifted_at >= seconds:
            self._tokens = min(self._tokens, self._burst)


class CommandRates:
    """The buckets of all who send commands, by principal and session, whatever their sockets."""

    def __init__(self, rates: Rates, max_buckets: int = MAX_BUCKETS) -> None:
        self._rates = rates
        self._max_buckets = max_buckets
        self._buckets: OrderedDict[tuple[str, str], Bucket] = OrderedDict()

    def __len__(self) -> int:
        return len(self._buckets)

    def joined(self, principal: str, session: str, now: float) -> None:
        """Allow for the replay of what this principal did offline in this session."""
        rates = self._rates
        self._bucket(principal, session, now).lift(rates.replay_burst, rates.replay_seconds, now)

    def take(self, principal: str, session: str, now: float) -> float:
        """Spend one command: 0 if it may be made, else the seconds until it may."""
        bucket = self._bucket(principal, session, now)
        bucket.lower(self._rates.replay_seconds, now)
        return bucket.take(now)

    def _bucket(self, principal: str, session: str, now: float) -> Bucket:
        key = principal, session
        bucket = self._buckets.get(key)
        if bucket is None:
            rates = self._rates
            bucket = Bucket(rates.command_burst, rates.commands_per_second, now)
            self._buckets[key] = bucket
            if len(self._buckets) > self._max_buckets:
                # The longest unused: it has most likely filled up again, and is then like new.
                self._buckets.popitem(last=False)
        else:
            self._buckets.move_to_end(key)
        return bucket
