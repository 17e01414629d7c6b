"""The envelope between nodes."""

import pytest
from hypothesis import given, strategies as st

from evalroom.bus import sealed
from evalroom.bus.sealed import BOOT_BYTES, HEADER_BYTES, TAG_BYTES, Opener, Sealer
from evalroom.identity.keys import Purpose, SecretKeys
from tests.bus.contract import KEYS, TOPIC, ones


@pytest.mark.rule("B3")
@given(st.binary(max_size=300), st.text(min_size=1, max_size=40))
def test_what_was_sealed_is_opened_under_its_topic_and_shows_nothing(
    message: bytes, topic: str
) -> None:
    envelope = Sealer(KEYS, ones).seal(topic, message)
    assert len(envelope) == HEADER_BYTES + len(message) + TAG_BYTES
    assert Opener(KEYS).open(topic, envelope) == message
    assert Opener(KEYS).open(topic + "x", envelope) is None


@pytest.mark.rule("B3")
@given(st.data())
def test_any_flipped_bit_is_noticed(data: st.DataObject) -> None:
    envelope = bytearray(Sealer(KEYS, ones).seal(TOPIC, b"entry"))
    place = data.draw(st.integers(0, len(envelope) * 8 - 1))
    envelope[place // 8] ^= 1 << place % 8
    opener = Opener(KEYS)
    assert opener.open(TOPIC, bytes(envelope)) is None
    assert opener.dropped == 1


@pytest.mark.rule("B4")
def test_each_start_of_a_node_is_a_sender_of_its_own() -> None:
    opener = Opener(KEYS)
    before, after = Sealer(KEYS, ones), Sealer(KEYS, lambda length: b"2" * length)
    assert opener.open(TOPIC, before.seal(TOPIC, b"a")) == b"a"
    assert opener.open(TOPIC, after.seal(TOPIC, b"b")) == b"b"


@pytest.mark.rule("B3")
def test_a_new_key_is_used_at_once_and_the_old_one_still_opens() -> None:
    keys = SecretKeys(Purpose.CLUSTER, [b"c" * 32])
    sealer, opener = Sealer(keys, ones), Opener(keys)
    assert opener.open(TOPIC, sealer.seal(TOPIC, b"old")) == b"old"
    new = keys.add(b"n" * 32)
    envelope = sealer.seal(TOPIC, b"new")
    assert envelope.startswith(new)
    assert opener.open(TOPIC, envelope) == b"new"


@pytest.mark.rule("B6")
def test_senders_are_remembered_up_to_a_limit_and_strangers_push_nobody_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sealed, "BOOTS_KNOWN", 2)
    opener = Opener(KEYS)
    envelopes = []
    for start in range(3):
        sealer = Sealer(KEYS, bytes([start]).__mul__)
        envelopes.append(sealer.seal(TOPIC, b"a"))
        assert opener.open(TOPIC, envelopes[-1]) == b"a"
    forged = envelopes[2][:8] + bytes(range(BOOT_BYTES)) + envelopes[2][24:]
    assert opener.open(TOPIC, forged) is None
    assert opener.open(TOPIC, envelopes[1]) is None
    assert opener.open(TOPIC, envelopes[0]) == b"a"
