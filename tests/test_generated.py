"""Papers made from the code are those that lie there."""

import pytest

from tests.generated import PAPERS


@pytest.mark.parametrize("path", PAPERS, ids=lambda path: path.name)
def test_a_paper_made_from_the_code_is_the_one_that_lies_there(path: object) -> None:
    made = PAPERS[path]()  # type: ignore[index]
    lies = path.read_text(encoding="utf-8")  # type: ignore[attr-defined]
    assert lies == made, "write it anew: python -m tests.generated"
