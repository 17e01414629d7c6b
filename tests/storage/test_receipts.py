"""What the server signs binds it; nothing else passes for its signature."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from evalroom.identity.keys import KeyRing, Purpose, SigningKey
from evalroom.storage.chain import leaf
from evalroom.storage.entry import Entry, Head
from evalroom.storage.receipts import (
    Checkpoint,
    Receipt,
    SignatureBroken,
    SignedBody,
    SignedLeaf,
    checkpoint,
    deposit,
    receipt,
    verify_checkpoint,
    verify_receipt,
)
from tests.storage.parts import NINETY, NOON, Scribe, SessionPaused, ring, session_id
from tests.storage.test_chain import VECTORS

ROOM = session_id(7)
change = msgspec.structs.replace


@pytest.fixture
def entry() -> Entry:
    scribe = Scribe(ROOM)
    scribe.write()
    return scribe.write(SessionPaused("§ 5"), NINETY)


@pytest.fixture
def given(keys: KeyRing, entry: Entry) -> Receipt:
    return receipt(entry, [2], keys.signing.at(entry.at))


def golden_entry(number: int) -> Entry:
    written = VECTORS["entries"][number - 1]
    return Entry(
        bytes.fromhex(VECTORS["session"]),
        written["seq"],
        written["at"],
        bytes.fromhex(written["command_id"]),
        tuple(body.encode() for body in written["bodies"]),
        tuple(bytes.fromhex(salt) for salt in written["salts"]),
        bytes.fromhex(written["head"]),
    )


@pytest.mark.rule("L8")
def test_golden_receipt() -> None:
    key = SigningKey(bytes.fromhex(VECTORS["key"]["seed"]), 0)
    golden = VECTORS["receipt"]
    (signed,) = receipt(golden_entry(golden["entry"]), [golden["body"]], key).signed
    assert key.key_id.hex() == VECTORS["key"]["id"]
    assert signed.signature.hex() == golden["signature"]
    assert key.sign(bytes.fromhex(golden["message"])) == signed.signature


@pytest.mark.rule("L10")
def test_golden_checkpoint() -> None:
    key = SigningKey(bytes.fromhex(VECTORS["key"]["seed"]), 0)
    before, vouching = golden_entry(2), golden_entry(3)
    made = checkpoint(before.session, Head(before.seq, before.head), key)
    assert msgspec.json.encode(made, order="sorted") == vouching.bodies[-1]


@pytest.mark.rule("L8")
def test_an_author_takes_away_his_words_their_salt_and_a_signature(
    keys: KeyRing, entry: Entry, given: Receipt
) -> None:
    (signed,) = given.signed
    assert (signed.body.encode(), signed.salt) == (entry.bodies[2], entry.salts[2])
    verify_receipt(given, keys.signing.public)


@pytest.mark.rule("L8")
def test_a_receipt_tells_no_position_in_the_ledger(given: Receipt, entry: Entry) -> None:
    told = given.wire()
    assert told.keys() == {"session", "command_id", "at", "key", "signed"}
    assert [part.keys() for part in told["signed"]] == [{"body", "salt", "signature"}]
    assert entry.head not in msgspec.msgpack.encode(told)


@pytest.mark.rule("L9")
def test_a_retry_gets_the_same_receipt_to_the_byte_even_after_a_rotation(
    keys: KeyRing, entry: Entry, given: Receipt
) -> None:
    keys.rotate(Purpose.SIGNING, NOON + 1_000)
    again = receipt(entry, [2], keys.signing.at(entry.at))
    assert msgspec.msgpack.encode(again) == msgspec.msgpack.encode(given)
    assert keys.signing.at(NOON + 1_000).key_id != given.key


@pytest.mark.rule("L8")
@pytest.mark.parametrize(
    "field",
    [
        {"session": session_id(8)},
        {"command_id": bytes(16)},
        {"at": NOON + 2},
    ],
)
def test_a_receipt_holds_for_its_session_command_and_time_alone(
    keys: KeyRing, given: Receipt, field: dict[str, Any]
) -> None:
    for forged in (change(given, **field), change(deposit(given), **field)):
        with pytest.raises(SignatureBroken, match="not signed by key"):
            verify_receipt(forged, keys.signing.public)


@pytest.mark.rule("L8")
def test_a_receipt_holds_for_its_words_alone(keys: KeyRing, given: Receipt) -> None:
    (signed,) = given.signed
    forged: list[SignedBody] = [
        change(signed, body=signed.body.replace("90.50", "91.50")),
        change(signed, salt=bytes(16)),
        change(signed, salt=b"short"),
        change(signed, signature=bytes(64)),
        change(signed, signature=b""),
    ]
    for each in forged:
        with pytest.raises(SignatureBroken):
            verify_receipt(change(given, signed=(each,)), keys.signing.public)


@pytest.mark.rule("L8")
def test_one_broken_signature_among_good_ones_breaks_the_receipt(
    keys: KeyRing, entry: Entry
) -> None:
    both = receipt(entry, [1, 2], keys.signing.at(entry.at))
    verify_receipt(both, keys.signing.public)
    forged = change(both, signed=(both.signed[0], change(both.signed[1], signature=bytes(64))))
    with pytest.raises(SignatureBroken):
        verify_receipt(forged, keys.signing.public)


@pytest.mark.rule("L8")
def test_a_key_that_is_not_trusted_proves_nothing(given: Receipt, tmp_path: Path) -> None:
    stranger = ring(tmp_path, seed=2)
    with pytest.raises(SignatureBroken, match="which is not trusted"):
        verify_receipt(given, stranger.signing.public)


@pytest.mark.rule("L9")
def test_a_deposit_proves_the_same_and_discloses_nothing(
    keys: KeyRing, entry: Entry, given: Receipt
) -> None:
    kept = deposit(given)
    verify_receipt(kept, keys.signing.public)
    assert kept.signed == (
        SignedLeaf(leaf(entry.salts[2], entry.bodies[2]), given.signed[0].signature),
    )
    written = msgspec.msgpack.encode(kept)
    assert b"90.50" not in written
    assert entry.salts[2] not in written


@pytest.mark.rule("L10")
def test_a_checkpoint_vouches_for_the_history_before_it(keys: KeyRing, entry: Entry) -> None:
    before = Head(2, entry.head)
    made = checkpoint(ROOM, before, keys.signing.at(NOON))
    assert verify_checkpoint(ROOM, made, keys.signing.public) == before


@pytest.mark.rule("L10")
def test_a_checkpoint_holds_for_its_session_seq_and_head_alone(
    keys: KeyRing, entry: Entry, tmp_path: Path
) -> None:
    made = checkpoint(ROOM, Head(2, entry.head), keys.signing.at(NOON))
    public = keys.signing.public
    forged: list[tuple[bytes, Checkpoint]] = [
        (session_id(8), made),
        (ROOM, change(made, seq=3)),
        (ROOM, change(made, head=bytes(32).hex())),
        (ROOM, change(made, signature=bytes(64).hex())),
        (ROOM, change(made, key="00" * 8)),
        (ROOM, change(made, head="not hex")),
        (ROOM, change(made, signature="0")),
        (ROOM, change(made, key="zz")),
        (ROOM, change(made, seq=-1)),
        (ROOM, change(made, seq=2**64)),
    ]
    for session, each in forged:
        with pytest.raises(SignatureBroken):
            verify_checkpoint(session, each, public)
    with pytest.raises(SignatureBroken, match="which is not trusted"):
        verify_checkpoint(ROOM, made, ring(tmp_path, seed=2).signing.public)


@pytest.mark.rule("L8", "L10")
def test_a_receipts_signature_never_passes_for_a_checkpoints(keys: KeyRing) -> None:
    # The longer message of one kind, cut to fit the other, still begins with another tag.
    key = keys.signing.at(NOON)
    head = Head(1, bytes(32))
    signed_as_receipt = key.sign(
        b"evalroom/receipt/1\0" + ROOM + (1).to_bytes(8, "big") + bytes(32)
    )
    made = change(checkpoint(ROOM, head, key), signature=signed_as_receipt.hex())
    with pytest.raises(SignatureBroken):
        verify_checkpoint(ROOM, made, keys.signing.public)
