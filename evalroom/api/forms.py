"""Shapes that several routes share: names, ids, pages.

Strict, so that a typing error is not quietly ignored.
"""

from collections.abc import Callable
from typing import Annotated, TypeVar

import msgspec
from msgspec import Meta, Struct

from evalroom.api.slips import place_of
from evalroom.sessions.refusals import Malformed
from evalroom.storage.directory.pages import MAX_PAGE

T = TypeVar("T")

# No control characters: they cannot be seen, and some databases and logs cut a text at one. A
# look-ahead, because `$` would let a last line break pass.
_VISIBLE = r"^(?!.*[\x00-\x1f\x7f])"

Title = Annotated[str, Meta(min_length=1, max_length=200, pattern=_VISIBLE)]
PersonName = Annotated[str, Meta(min_length=1, max_length=100, pattern=_VISIBLE)]
LoginName = Annotated[str, Meta(min_length=1, max_length=64, pattern=_VISIBLE)]
Password = Annotated[str, Meta(min_length=1, max_length=256)]

# As long as ids in a tender file may be, with blanks within, as there; nothing that would need more
# care in a path than they do.
PlaceId = Annotated[
    str, Meta(min_length=1, max_length=64, pattern=r'^(?! )(?!.* $)(?!.*[\x00-\x1f\x7f/\\?#%"])')
]


class Form(Struct, frozen=True, forbid_unknown_fields=True):
    """What a client sends."""


class NoParameters(Form, frozen=True):
    """The query of a route that has none: whatever stands in it is a slip."""


class Paging(Form, frozen=True):
    """Which part of a list: `limit` items at most, following the cursor `after` (the `next` of
    the page before).
    """

    limit: Annotated[int, Meta(ge=1, le=MAX_PAGE)] = 50
    after: Annotated[str, Meta(max_length=256)] | None = None


def decoded(decode: Callable[[], T], where: str) -> T:
    """What `decode` makes of something that was sent.

    Raises `Malformed` with the path below `where`.
    """
    try:
        return decode()
    except msgspec.ValidationError as error:
        reason, _, path = str(error).rpartition(" - at ")
        path = path.strip("`").replace("$", where, 1) if reason else where
        reason = reason or str(error)
        raise Malformed(place_of(path, reason), reason) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Malformed(where, "not_json") from None
