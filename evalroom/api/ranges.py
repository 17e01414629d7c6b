"""Which bytes of a document a request wants (RFC 9110, 14.2)."""

import re
from collections.abc import Mapping

from evalroom.sessions.refusals import Refused

# Fifteen digits are a petabyte; more would only be a way to make large numbers.
_RANGE = re.compile(r"bytes=([0-9]{0,15})-([0-9]{0,15})")


def wanted(headers: Mapping[str, str], size: int, tag: str) -> tuple[int, int]:
    """The first byte and the one past the last: the whole, unless one range of this very
    document is asked for.

    Raises `Refused("range_not_satisfiable")` for a range with nothing in it. Several ranges at
    once, other units and nonsense are ignored, as they may be.
    """
    asked = _RANGE.fullmatch(headers.get("Range", ""))
    same = headers.get("If-Range") in (None, f'"{tag}"')
    if asked is None or asked[0] == "bytes=-" or not same:
        return 0, size
    first, last = asked[1], asked[2]
    if first and last and int(last) < int(first):
        return 0, size
    if not first:
        start, end = max(0, size - int(last)), size
    else:
        start, end = int(first), min(size, int(last) + 1 if last else size)
    if start >= end:
        raise Refused("range_not_satisfiable", size=size)
    return start, end
