"""Reading a tender file: bytes or a JSON value in, a `Tender` out, or every fault of its shape.

Whether the parts of a tender fit together and the law allows them is `validation`'s question, and
comes after. Reading the largest file takes seconds of processor time: a server does it in a thread.
"""

from typing import Any

import msgspec

from evalroom.sessions.tender.faults import TenderFaults, error, shortened
from evalroom.sessions.tender.json_text import parse
from evalroom.sessions.tender.model import FORMAT, Tender
from evalroom.sessions.tender.shape import shape_of

_TENDER = msgspec.inspect.type_info(Tender)


def read_tender(data: bytes) -> Tender:
    """The tender in a JSON file (UTF-8, no byte order mark); raises TenderFaults."""
    return read_value(parse(data))


def read_value(value: Any) -> Tender:
    """The tender in a JSON value, decimals as strings; raises TenderFaults with all it finds."""
    written = value.get("format") if isinstance(value, dict) else None
    if isinstance(written, str) and written != FORMAT:
        # A file of another format would only be a list of unknown fields.
        fault = error("format", "unknown_format", text=shortened(written), expected=FORMAT)
        raise TenderFaults([fault])
    faults = shape_of(_TENDER, value)
    if faults:
        raise TenderFaults(faults)
    return msgspec.convert(value, Tender)
