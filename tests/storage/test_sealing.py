"""What lies on the disk opens with its key, in its place, unchanged; else not at all."""

from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from evalroom.identity.keys import Purpose
from evalroom.storage.sealing import Seal, SealBroken
from tests.storage.parts import ring


@pytest.fixture
def seal(tmp_path: Path) -> Seal:
    return Seal(ring(tmp_path).at_rest, b"entries")


@pytest.mark.rule("L20")
@given(st.binary(), st.binary())
def test_what_was_sealed_opens_in_its_place(
    tmp_path_factory: pytest.TempPathFactory, plain: bytes, context: bytes
) -> None:
    seal = Seal(ring(tmp_path_factory.getbasetemp()).at_rest, b"entries")
    assert seal.open(seal.seal(plain, context), context) == plain


@pytest.mark.rule("L20")
def test_every_flipped_byte_is_noticed(seal: Seal) -> None:
    sealed = seal.seal(b"ninety", b"here")
    for place in range(len(sealed)):
        flipped = bytearray(sealed)
        flipped[place] ^= 1
        with pytest.raises(SealBroken):
            seal.open(bytes(flipped), b"here")


@pytest.mark.rule("L20")
def test_every_cut_is_noticed(seal: Seal) -> None:
    sealed = seal.seal(b"ninety", b"here")
    for length in range(len(sealed)):
        with pytest.raises(SealBroken):
            seal.open(sealed[:length], b"here")


@pytest.mark.rule("L20")
def test_sealed_bytes_open_in_no_other_place_and_for_no_other_use(
    seal: Seal, tmp_path: Path
) -> None:
    sealed = seal.seal(b"ninety", b"here")
    with pytest.raises(SealBroken, match="does not open with key"):
        seal.open(sealed, b"there")
    with pytest.raises(SealBroken, match="does not open with key"):
        Seal(ring(tmp_path).at_rest, b"snapshots").open(sealed, b"here")


@pytest.mark.rule("L20")
def test_another_servers_key_is_named_as_the_reason(seal: Seal, tmp_path: Path) -> None:
    stranger = Seal(ring(tmp_path, seed=2).at_rest, b"entries")
    with pytest.raises(SealBroken, match="which is not held here"):
        stranger.open(seal.seal(b"ninety", b"here"), b"here")


@pytest.mark.rule("L21")
def test_after_a_rotation_the_old_opens_and_the_new_key_seals(tmp_path: Path) -> None:
    keys = ring(tmp_path)
    seal = Seal(keys.at_rest, b"entries")
    before = seal.seal(b"old", b"")
    newer = keys.rotate(Purpose.AT_REST, 0)
    after = seal.seal(b"new", b"")
    assert after.startswith(newer)
    assert (seal.open(before, b""), seal.open(after, b"")) == (b"old", b"new")


def test_the_same_words_are_sealed_differently_each_time(seal: Seal) -> None:
    assert seal.seal(b"ninety", b"") != seal.seal(b"ninety", b"")
