"""Cuts as somebody asks for them: the first piece of a time, or all of it. Everything blocks."""

import av

from evalroom.footage.cutting import Cut, NothingRecorded, cut
from evalroom.footage.segment_file import SegmentDamaged
from evalroom.footage.shelf import Shelf


def first_piece(shelf: Shelf, session: str, source: str, begun: int, ended: int) -> Cut:
    """The earliest piece of a time, of one segment; what follows begins where it ends.

    Raises `NothingRecorded`, `TooLong`, `SegmentDamaged`.
    """
    for segment in shelf.newest(session, source, begun, ended):
        within = max(begun, segment.begun), min(ended, segment.ended)
        try:
            return all_pieces(shelf, session, source, *within)[0]
        except NothingRecorded:
            continue
    raise NothingRecorded(f"{source} from {begun} to {ended}")


def all_pieces(shelf: Shelf, session: str, source: str, begun: int, ended: int) -> tuple[Cut, ...]:
    """As `cut`; a container that cannot be read is a damaged segment too."""
    try:
        return cut(shelf, session, source, begun, ended)
    except av.FFmpegError as fault:
        raise SegmentDamaged(f"{source} from {begun} to {ended} does not open") from fault
