"""What a file really is, and whether it is safe to open, before a spreadsheet library looks at it.

A workbook is an archive of XML. A few hundred bytes of it can unpack to terabytes, name a range of
a thousand million cells, or define an entity that grows without end. Each part is therefore run
through a bare parser once, which counts and builds nothing.
"""

import re
import zipfile
from io import BytesIO
from typing import NoReturn
from xml.parsers import expat

from evalroom.workbook.faults import WorkbookFault, WorkbookFaults
from evalroom.workbook.limits import (
    ELEMENTS,
    ENTRIES,
    REFERRED_CELLS,
    UNPACKED_BYTES,
    WORKBOOK_BYTES,
)

_COMPOUND_FILE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ARCHIVE = b"PK\x03\x04"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_OTHER_DOCUMENTS = {
    "word/": "DOCX",
    "ppt/": "PPTX",
    "content.xml": "ODS",
    "xl/workbook.bin": "XLSB",
}
_MAY_BE_XML = (b"<", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\x00<", b"<\x00")
_MUST_BE_XML = (".xml", ".rels")

# Elements for which the library makes an object for every cell of their range.
_REFERRING = frozenset({"mergeCell", "hyperlink", "comment"})
_RANGE = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7}):\$?([A-Za-z]{1,3})\$?([0-9]{1,7})")


def check_package(data: bytes) -> None:
    """Raises WorkbookFaults with the one reason why this is no workbook that may be opened."""
    if len(data) > WORKBOOK_BYTES.value:
        _refuse("workbook_too_large", limit=WORKBOOK_BYTES.value)
    if not data:
        _refuse("workbook_empty")
    if data.startswith(_COMPOUND_FILE):
        _refuse("workbook_encrypted" if _ENCRYPTED in data else "workbook_of_old_format")
    if not data.startswith(_ARCHIVE):
        _refuse("not_a_workbook")
    try:
        _check_archive(data)
    except WorkbookFaults:
        raise
    except Exception:
        # Truncated, wrong checksums, unknown compression, a password: each has its own exception,
        # and those of the compression libraries are not all of one family.
        _refuse("workbook_damaged")


def _check_archive(data: bytes) -> None:
    with zipfile.ZipFile(BytesIO(data)) as archive:
        entries = archive.infolist()
        names = [entry.filename for entry in entries]
        if "xl/workbook.xml" not in names:
            kinds = [kind for start, kind in _OTHER_DOCUMENTS.items() if _any(names, start)]
            _refuse("other_document" if kinds else "not_a_workbook", kind=(*kinds, "ZIP")[0])
        if len(entries) > ENTRIES.value:
            _refuse("workbook_too_many_parts", limit=ENTRIES.value)
        # What an entry claims is what the library reads of it, so the claim can be trusted here.
        if sum(entry.file_size for entry in entries) > UNPACKED_BYTES.value:
            _refuse("workbook_unpacks_too_large", limit=UNPACKED_BYTES.value)
        census = _Census()
        for entry in entries:
            part = archive.read(entry)
            if part.lstrip().startswith(_MAY_BE_XML):
                census.count(part, strict=entry.filename.endswith(_MUST_BE_XML))


class _Census:
    """Elements and referred cells of all parts so far."""

    def __init__(self) -> None:
        self.elements = 0
        self.cells = 0

    def count(self, part: bytes, *, strict: bool) -> None:
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartElementHandler = self._element
        parser.StartDoctypeDeclHandler = self._doctype
        try:
            parser.Parse(part, True)
        except expat.ExpatError:
            # Drawings of old programs are XML only by name, and are not read.
            if strict:
                _refuse("workbook_damaged")

    def _element(self, name: str, attributes: dict[str, str]) -> None:
        self.elements += 1
        if self.elements > ELEMENTS.value:
            _refuse("workbook_too_many_elements", limit=ELEMENTS.value)
        if name.rpartition(" ")[2] in _REFERRING:
            self.cells += _cells_of(attributes.get("ref", ""))
            if self.cells > REFERRED_CELLS.value:
                _refuse("workbook_range_too_large", limit=REFERRED_CELLS.value)

    def _doctype(self, *_: object) -> None:
        _refuse("workbook_has_doctype")


def _cells_of(reference: str) -> int:
    match = _RANGE.fullmatch(reference)
    if match is None:
        return 1
    left, top, right, bottom = match.groups()
    return (abs(_number(right) - _number(left)) + 1) * (abs(int(bottom) - int(top)) + 1)


def _number(letters: str) -> int:
    number = 0
    for letter in letters.upper():
        number = 26 * number + ord(letter) - ord("A") + 1
    return number


def _any(names: list[str], start: str) -> bool:
    return any(name.startswith(start) for name in names)


def _refuse(code: str, **params: str | int) -> NoReturn:
    raise WorkbookFaults([WorkbookFault("", "", code, params)])
