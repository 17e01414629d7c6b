"""Bids of a demonstration: readable PDF, small, always the same."""

from hashlib import sha256

from evalroom.rehearsal.offers import CHAPTERS, offered
from tests.sessions.cast import small_tender


def test_every_bid_has_its_files_and_the_tender_names_them_by_their_hash() -> None:
    tender, files = offered(small_tender())
    assert offered(small_tender()) == (tender, files)
    for bid in tender.bids:
        assert [document.title for document in bid.documents] == ["技术标", "商务标"]
        for document in bid.documents:
            file = files[document.sha256]
            assert sha256(file).hexdigest() == document.sha256
            assert file.startswith(b"%PDF-1.7")
            assert file.count(b"/Type /Page ") == document.pages == len(CHAPTERS)
            assert len(file) < 64_000


def test_the_table_of_contents_leads_to_a_page_each() -> None:
    _, files = offered(small_tender())
    for file in files.values():
        for place in range(len(CHAPTERS)):
            page = 6 + 2 * place
            assert f"/Dest [{page} 0 R /Fit]".encode() in file
            assert f"\n{page} 0 obj\n<< /Type /Page ".encode() in file


def test_the_cross_references_point_at_the_objects() -> None:
    _, files = offered(small_tender())
    file = next(iter(files.values()))
    table = file[int(file.rsplit(b"startxref\n", 1)[1].split()[0]) :]
    rows = [line for line in table.splitlines() if line.endswith(b" n ")]
    assert len(rows) > 2 * len(CHAPTERS)
    for number, row in enumerate(rows, 1):
        assert file[int(row[:10]) :].startswith(f"{number} 0 obj\n".encode())
