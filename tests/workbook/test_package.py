"""A file that is no workbook, or a hostile one, is refused before anybody opens it."""

import struct
import zipfile
from io import BytesIO

import pytest
from hypothesis import given, strategies as st

from evalroom.workbook import WorkbookFaults, examine, read_workbook
from evalroom.workbook.limits import ELEMENTS, ENTRIES, UNPACKED_BYTES, WORKBOOK_BYTES
from evalroom.workbook.package import check_package
from tests.workbook.books import part_of, with_part, written

SHEET = "xl/worksheets/sheet4.xml"
COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def code_of(data: bytes) -> str:
    """The one reason why a file cannot be opened."""
    with pytest.raises(WorkbookFaults) as refused:
        read_workbook(data)
    [fault] = refused.value.faults
    assert fault.place == ""
    return fault.code


def archive(**parts: bytes) -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for name, part in parts.items():
            new.writestr(name.replace("__", "/").replace("_xml", ".xml"), part)
    return file.getvalue()


def test_a_workbook_as_it_should_be_passes() -> None:
    check_package(written())
    check_package(with_part(written(), "xl/media/image1.png", b"\x89PNG\r\n"))


@pytest.mark.rule("T21")
@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "workbook_empty"),
        (b"name,price\n1,2\n", "not_a_workbook"),
        (b"%PDF-1.7", "not_a_workbook"),
        (b"PK\x03\x04", "workbook_damaged"),
        (COMPOUND + b"Workbook", "workbook_of_old_format"),
        (COMPOUND + "EncryptedPackage".encode("utf-16-le"), "workbook_encrypted"),
        (b"x" * (WORKBOOK_BYTES.value + 1), "workbook_too_large"),
        (archive(a=b"1"), "not_a_workbook"),
        (archive(word__document_xml=b"<w/>"), "other_document"),
        (archive(content_xml=b"<o/>"), "other_document"),
        (archive(xl__workbook_xml=b"<broken"), "workbook_damaged"),
        (archive(xl__workbook_xml=b"<workbook/>"), "workbook_damaged"),
    ],
)
def test_a_file_of_another_kind_is_named_for_what_it_is(data: bytes, code: str) -> None:
    assert code_of(data) == code


@pytest.mark.rule("T21")
@pytest.mark.parametrize("kept", [0.1, 0.5, 0.9, 0.999])
def test_a_truncated_file_is_damaged(kept: float) -> None:
    data = written()
    assert code_of(data[: int(len(data) * kept)]) == "workbook_damaged"


@pytest.mark.rule("T21")
def test_a_file_with_a_wrong_checksum_is_damaged() -> None:
    data = bytearray(written())
    start = data.index(b"xl/worksheets/sheet4.xml") + 60
    data[start] ^= 0xFF
    assert code_of(bytes(data)) == "workbook_damaged"


@pytest.mark.rule("T21")
def test_an_archive_behind_a_password_is_damaged() -> None:
    data = bytearray(written())
    # The first bit of the flags says that an entry is encrypted, in its own header and the list.
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = data.index(mark)
        struct.pack_into("<H", data, start + place, 1)
    assert code_of(bytes(data)) == "workbook_damaged"


@pytest.mark.rule("T21")
def test_a_small_archive_that_unpacks_to_a_large_one_is_refused() -> None:
    bomb = with_part(written(), "xl/media/image1.png", b"0" * (UNPACKED_BYTES.value + 1))
    assert len(bomb) < 200_000
    assert code_of(bomb) == "workbook_unpacks_too_large"


@pytest.mark.rule("T21")
def test_an_archive_of_very_many_parts_is_refused() -> None:
    parts = {f"p{number}": b"" for number in range(ENTRIES.value)}
    assert code_of(archive(xl__workbook_xml=b"<workbook/>", **parts)) == "workbook_too_many_parts"


@pytest.mark.rule("T21")
def test_a_sheet_of_very_many_cells_is_refused() -> None:
    cells = b"<c/>" * (ELEMENTS.value + 1)
    assert code_of(with_part(written(), SHEET, b"<s>" + cells + b"</s>")) == (
        "workbook_too_many_elements"
    )


@pytest.mark.rule("T21")
@pytest.mark.parametrize(
    "element",
    [
        b'<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>',
        b"<mergeCells><mergeCell ref='A1:XFD&#49;048576'/></mergeCells>",
        b'<x:hyperlink xmlns:x="http://a.example" ref="$A$1:$XFD$1048576"/>',
    ],
)
def test_a_range_of_a_thousand_million_cells_is_refused(element: bytes) -> None:
    data = written()
    sheet = part_of(data, SHEET).replace(b"</worksheet>", element + b"</worksheet>")
    assert code_of(with_part(data, SHEET, sheet)) == "workbook_range_too_large"


@pytest.mark.rule("T21")
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-be"])
@pytest.mark.parametrize("name", [SHEET, "xl/worksheets/sheet4.bin"])
def test_a_document_type_is_refused_in_any_encoding_and_under_any_name(
    encoding: str, name: str
) -> None:
    text = (
        f'<?xml version="1.0" encoding="{encoding[:6]}"?>'
        '<!DOCTYPE a [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><a>&b;</a>'
    )
    assert code_of(with_part(written(), name, text.encode(encoding))) == "workbook_has_doctype"


@pytest.mark.rule("T21")
def test_an_archive_that_claims_to_be_smaller_than_it_is_is_damaged() -> None:
    data = bytearray(with_part(written(), "xl/media/image1.png", b"0" * 100_000))
    # The list at the end of an archive says how large each part is unpacked.
    entry = data.rindex(b"xl/media/image1.png") - 46
    assert data[entry : entry + 4] == b"PK\x01\x02"
    struct.pack_into("<I", data, entry + 24, 10)
    assert code_of(bytes(data)) == "workbook_damaged"


def test_a_drawing_that_is_xml_only_by_name_does_no_harm() -> None:
    data = with_part(written(), "xl/drawings/old.vml", b"<xml><br></xml>")
    assert examine(data).tender is not None


@pytest.mark.rule("T21")
@given(st.binary(max_size=64), st.integers(0, 10**6), st.sampled_from(["cut", "put", "all"]))
def test_a_damaged_file_is_read_or_refused_by_name(noise: bytes, place: int, how: str) -> None:
    data = written()
    place %= len(data)
    match how:
        case "cut":
            data = data[:place]
        case "put":
            data = data[:place] + noise + data[place + len(noise) :]
        case _:
            data = noise
    try:
        examine(data)
    except WorkbookFaults as refused:
        [fault] = refused.faults
        assert fault.sheet == fault.cell == ""
