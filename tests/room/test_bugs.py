"""A log says where we went wrong, and nothing of what it was about."""

from evalroom.room.bugs import FRAMES, place_of


def deep(calls: int) -> None:
    if calls:
        deep(calls - 1)
    raise ValueError("ada gave 90.5 points")


def test_a_fault_is_named_by_kind_and_place_and_not_by_its_words() -> None:
    try:
        deep(20)
    except ValueError as fault:
        said = place_of(fault)
    assert said.startswith("ValueError at test_bugs.py:")
    assert said.count(" deep") == FRAMES
    assert "ada" not in said
    assert "90.5" not in said
