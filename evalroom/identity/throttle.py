"""How often somebody may try: a burst, then one more every so often; and it costs a fixed
amount of memory at most.

Each key carries one number, the time at which its whole burst would be back (the "generic cell
rate algorithm"): an attempt pushes it into the future, time brings it back, and a key whose
time has come is as good as unknown.
"""

from collections import OrderedDict

from msgspec import Struct

# 100 bytes a key: one megabyte. An attacker who fills it has spent 10,000 addresses or names.
MAX_KEYS = 10_000


class Rate(Struct, frozen=True):
    """`burst` attempts at once, and one more every `seconds`."""

    burst: int
    seconds: float


# Five slips, then one try in half a minute: nobody who knows the password notices, a guesser
# gets 2,880 a day.
PER_ACCOUNT = Rate(burst=5, seconds=30)


class Throttle:
    """Counts attempts by key. Times are seconds of a clock that never goes back."""

    def __init__(self, rate: Rate, max_keys: int = MAX_KEYS) -> None:
        self._rate = rate
        self._max_keys = max_keys
        self._whole_again: OrderedDict[str, float] = OrderedDict()

    def __len__(self) -> int:
        return len(self._whole_again)

    def take(self, key: str, now: float) -> float:
        """Spend one attempt: 0 if it may be made, else the seconds until one may, and nothing
        is spent.
        """
        due = max(self._whole_again.get(key, now), now)
        wait = due + self._rate.seconds * (1 - self._rate.burst) - now
        if wait > 0:
            return wait
        self._whole_again[key] = due + self._rate.seconds
        self._whole_again.move_to_end(key)
        self._make_room()
        return 0.0

    def give_back(self, key: str, now: float) -> None:
        """Take back one spent attempt: it was no failure."""
        due = self._whole_again.get(key)
        if due is None:
            return
        if due - self._rate.seconds <= now:
            del self._whole_again[key]
        else:
            self._whole_again[key] = due - self._rate.seconds

    def _make_room(self) -> None:
        # The longest untouched are the likeliest to be whole again; past them, forgetting one
        # early is the lesser evil against an attacker who could otherwise lock the door for
        # everybody with made-up names.
        while len(self._whole_again) > self._max_keys:
            self._whole_again.popitem(last=False)
