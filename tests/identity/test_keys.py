"""The server's keys: one purpose each, rotated without losing the older ones."""

import hashlib
import json
import random
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from evalroom.identity import key_file
from evalroom.identity.keys import KeyRing, KeysUnusable, Purpose, SecretKeys
from tests.identity.test_key_file import WHOLE, store, stored

CHANCE = random.Random(1).randbytes


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def ring(folder: Path) -> KeyRing:
    return KeyRing.load_or_create(folder)


@pytest.mark.rule("L52")
@pytest.mark.parametrize("purpose", [Purpose.CLUSTER, Purpose.AT_REST])
def test_a_rotated_secret_is_current_and_the_older_ones_still_open(
    ring: KeyRing, folder: Path, purpose: Purpose
) -> None:
    keys: SecretKeys = getattr(ring, purpose)
    first, derived = keys.current, keys.derive(keys.current, b"x")
    second = ring.rotate(purpose, 0)
    assert keys.current == second != first
    assert keys.ids == (first, second)
    assert keys.derive(first, b"x") == derived != keys.derive(second, b"x")
    again: SecretKeys = getattr(KeyRing.load_or_create(folder), purpose)
    assert (again.ids, again.current) == ((first, second), second)


@pytest.mark.rule("L52")
def test_a_rotation_of_one_purpose_leaves_the_others(ring: KeyRing) -> None:
    before = ring.at_rest.ids, ring.signing.public
    ring.rotate(Purpose.CLUSTER, 0)
    assert (ring.at_rest.ids, ring.signing.public) == before


@pytest.mark.rule("L53")
def test_a_signing_key_signs_from_its_moment_on(ring: KeyRing, folder: Path) -> None:
    first = ring.signing.at(0)
    second = ring.rotate(Purpose.SIGNING, 1_000)
    third = ring.rotate(Purpose.SIGNING, 2_000)
    for keys in (ring.signing, KeyRing.load_or_create(folder).signing):
        chosen = [keys.at(time).key_id for time in (0, 999, 1_000, 1_999, 2_000, 9_999)]
        assert chosen == [first.key_id, first.key_id, second, second, third, third]
        # All of them verify, whenever they signed.
        assert list(keys.public) == [first.key_id, second, third]


@pytest.mark.rule("L53")
def test_a_time_before_all_keys_is_the_first_ones(folder: Path) -> None:
    late = {"signing": [{"key": "ab" * 32, "since": 50}, {"key": "cd" * 32, "since": 60}]}
    store(folder, json.dumps(WHOLE | late))
    signing = KeyRing.load_or_create(folder).signing
    assert signing.at(49).since == 50


@pytest.mark.rule("L53")
def test_a_signature_verifies_with_the_published_half(ring: KeyRing) -> None:
    key = ring.signing.at(0)
    public = ring.signing.public[key.key_id]
    Ed25519PublicKey.from_public_bytes(public).verify(key.sign(b"words"), b"words")
    assert key.sign(b"words") == key.sign(b"words")
    assert key.key_id == hashlib.sha256(public).digest()[:8]


@pytest.mark.rule("L52")
def test_a_rotation_cannot_reach_back(ring: KeyRing, folder: Path) -> None:
    ring.rotate(Purpose.SIGNING, 1_000)
    before = stored(folder)
    with pytest.raises(ValueError, match="before an older one"):
        ring.rotate(Purpose.SIGNING, 999)
    assert stored(folder) == before


@pytest.mark.rule("L52")
def test_a_ring_that_is_full_says_so(folder: Path) -> None:
    many = [{"key": CHANCE(32).hex(), "since": 0} for _ in range(key_file.MAX_KEYS)]
    full = {"format": 1, "at_rest": many, "cluster": many, "signing": many}
    store(folder, json.dumps(full, indent=2))
    assert (folder / "keys.json").stat().st_size < key_file.MAX_FILE_BYTES
    ring = KeyRing.load_or_create(folder)
    with pytest.raises(KeysUnusable, match="holds 256 keys for cluster already"):
        ring.rotate(Purpose.CLUSTER, 0)


@pytest.mark.rule("L52")
def test_a_rotation_without_its_file_is_refused(ring: KeyRing, folder: Path) -> None:
    (folder / "keys.json").unlink()
    with pytest.raises(KeysUnusable, match="was there at the start and is gone"):
        ring.rotate(Purpose.CLUSTER, 0)
    assert not (folder / "keys.json").exists()


@pytest.mark.rule("L52")
def test_a_rotation_keeps_what_another_process_added(ring: KeyRing, folder: Path) -> None:
    elsewhere = KeyRing.load_or_create(folder).rotate(Purpose.CLUSTER, 0)
    here = ring.rotate(Purpose.CLUSTER, 0)
    assert KeyRing.load_or_create(folder).cluster.ids[1:] == (elsewhere, here)


@pytest.mark.rule("L54")
def test_one_use_of_a_key_tells_nothing_of_another(ring: KeyRing) -> None:
    current = ring.at_rest.current
    uses = [ring.at_rest.derive(current, use) for use in (b"", b"entries", b"snapshots")]
    assert len({*uses}) == 3
    assert {len(use) for use in uses} == {32}
    with pytest.raises(KeyError):
        ring.at_rest.derive(bytes(8), b"entries")


@pytest.mark.rule("L54")
def test_the_same_bytes_for_two_purposes_are_two_keys(folder: Path) -> None:
    store(folder, json.dumps(WHOLE))
    ring = KeyRing.load_or_create(folder)
    assert ring.cluster.current != ring.at_rest.current
    one, other = ring.cluster.derive, ring.at_rest.derive
    assert one(ring.cluster.current, b"x") != other(ring.at_rest.current, b"x")


@pytest.mark.rule("L54")
def test_golden_keys(folder: Path) -> None:
    # Held fast: another derivation would leave what was sealed before unreadable.
    store(folder, json.dumps(WHOLE))
    ring = KeyRing.load_or_create(folder)
    found = {
        "cluster": ring.cluster.current.hex(),
        "at_rest": ring.at_rest.current.hex(),
        "signing": ring.signing.at(0).key_id.hex(),
        "use": ring.at_rest.derive(ring.at_rest.current, b"entries").hex(),
    }
    assert found == {
        "cluster": "8135536f823769ae",
        "at_rest": "6de1032ff1037b4b",
        "signing": "3340df54cb41c460",
        "use": "9cf7d2bd48b513a84c403da54e29030591d2497e919f7e6fa8bf113a22fc445e",
    }
