"""No header leads outside a document."""

from contextlib import suppress

import pytest
from hypothesis import given, strategies as st

from evalroom.api.ranges import wanted
from evalroom.sessions.refusals import Refused


@pytest.mark.rule("A26")
@given(st.text("bytes=-0123456789, x", max_size=30), st.integers(0, 1000))
def test_no_range_leads_outside_the_file(header: str, size: int) -> None:
    with suppress(Refused):
        start, end = wanted({"Range": header}, size, "tag")
        assert 0 <= start <= end <= size
        assert start < end or (start, end) == (0, size)


@pytest.mark.rule("A26")
@given(st.integers(0, 2000), st.integers(0, 2000), st.integers(1, 1000))
def test_a_well_formed_range_brings_what_it_names(first: int, last: int, size: int) -> None:
    header = {"Range": f"bytes={first}-{last}"}
    if last < first:
        assert wanted(header, size, "tag") == (0, size)
    elif first >= size:
        with pytest.raises(Refused, match="range_not_satisfiable"):
            wanted(header, size, "tag")
    else:
        assert wanted(header, size, "tag") == (first, min(last + 1, size))
