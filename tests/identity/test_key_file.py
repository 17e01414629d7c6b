"""The key file: made once, kept to its owner, refused when it is not what it should be."""

import json
import multiprocessing
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from evalroom.identity import key_file
from evalroom.identity.keys import KeyRing, KeysUnusable, Purpose


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def ring(folder: Path) -> KeyRing:
    return KeyRing.load_or_create(folder)


def stored(folder: Path) -> Any:
    return json.loads((folder / "keys.json").read_text())


def store(folder: Path, text: str, mode: int = 0o600) -> None:
    folder.mkdir(exist_ok=True)
    (folder / "keys.json").write_text(text)
    (folder / "keys.json").chmod(mode)


GOOD = [{"key": "ab" * 32, "since": 0}]
WHOLE = {"format": 1, "at_rest": GOOD, "cluster": GOOD, "signing": GOOD}


@pytest.mark.rule("L50")
def test_the_first_start_makes_keys_and_the_next_finds_them(folder: Path) -> None:
    first = KeyRing.load_or_create(folder)
    second = KeyRing.load_or_create(folder)
    for one, other in ((first.cluster, second.cluster), (first.at_rest, second.at_rest)):
        assert one.current == other.current
        assert one.derive(one.current, b"x") == other.derive(other.current, b"x")
    assert first.signing.public == second.signing.public
    assert [each.name for each in folder.iterdir()] == ["keys.json"]


@pytest.mark.rule("L50")
def test_two_servers_have_nothing_in_common(tmp_path: Path) -> None:
    one, other = (KeyRing.load_or_create(tmp_path / name) for name in ("one", "other"))
    keys = [*one.cluster.ids, *one.at_rest.ids, *one.signing.public]
    assert not {*keys} & {*other.cluster.ids, *other.at_rest.ids, *other.signing.public}
    assert len({*keys}) == 3


@pytest.mark.rule("L50")
def test_only_their_owner_may_read_the_keys(ring: KeyRing, folder: Path) -> None:
    assert stat.S_IMODE((folder / "keys.json").stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    ring.rotate(Purpose.CLUSTER, 0)
    assert stat.S_IMODE((folder / "keys.json").stat().st_mode) == 0o600


@pytest.mark.rule("L51")
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o610, 0o601, 0o644, 0o777])
def test_keys_that_others_may_read_are_not_used(ring: KeyRing, folder: Path, mode: int) -> None:
    (folder / "keys.json").chmod(mode)
    with pytest.raises(KeysUnusable, match=f"is open to others .mode {mode:04o}.; chmod 600 it"):
        KeyRing.load_or_create(folder)


@pytest.mark.rule("L51")
@pytest.mark.parametrize("mode", [0o600, 0o400, 0o700])
def test_an_owner_may_guard_them_more_or_less(ring: KeyRing, folder: Path, mode: int) -> None:
    (folder / "keys.json").chmod(mode)
    assert KeyRing.load_or_create(folder).cluster.current == ring.cluster.current


@pytest.mark.rule("L51")
@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "is not a key file"),
        ("{", "is not a key file"),
        ("[]", "is not a key file"),
        ("\x00" * 100, "is not a key file"),
        (json.dumps(WHOLE | {"format": 2}), r"is not a key file: .*\$\.format"),
        (json.dumps(WHOLE | {"notes": ""}), "is not a key file: .*notes"),
        (json.dumps(WHOLE | {"cluster": []}), r"is not a key file: .*\$\.cluster"),
        (json.dumps(WHOLE | {"cluster": GOOD * 257}), r"is not a key file: .*\$\.cluster"),
        (json.dumps(WHOLE | {"signing": [{"key": "ab" * 31, "since": 0}]}), "is not a key file"),
        (json.dumps(WHOLE | {"signing": [{"key": "AB" * 32, "since": 0}]}), "is not a key file"),
        (json.dumps(WHOLE | {"signing": [{"key": "ab" * 32 + "\n", "since": 0}]}), "is not a key"),
        (json.dumps(WHOLE | {"signing": [{"key": "ab" * 32, "since": -1}]}), "is not a key file"),
        (json.dumps(WHOLE | {"signing": [{"key": "ab" * 32}]}), "is not a key file: .*since"),
        (json.dumps({"format": 1, "at_rest": GOOD, "cluster": GOOD}), "is not a key file: .*sign"),
        (json.dumps(WHOLE | {"cluster": GOOD * 2}), "names a key for cluster twice"),
        (
            json.dumps(WHOLE | {"at_rest": [{"key": "cd" * 32, "since": 5}, *GOOD]}),
            "has the keys for at_rest out of order",
        ),
        (" " * (key_file.MAX_FILE_BYTES + 1), "is longer than 131072 bytes"),
    ],
)
def test_a_malformed_file_is_refused_and_left_as_it_is(
    folder: Path, text: str, reason: str
) -> None:
    store(folder, text)
    with pytest.raises(KeysUnusable, match=rf"keys\.json: {reason}") as refused:
        KeyRing.load_or_create(folder)
    assert "ab" * 8 not in str(refused.value)
    assert (folder / "keys.json").read_text() == text


@pytest.mark.rule("L51")
def test_what_is_not_a_file_is_refused(folder: Path) -> None:
    (folder / "keys.json").mkdir(parents=True)
    with pytest.raises(KeysUnusable, match="is not a file"):
        KeyRing.load_or_create(folder)
    (folder / "keys.json").rmdir()
    # Nothing writes to this pipe: opening it must not wait for somebody who does.
    os.mkfifo(folder / "keys.json", 0o600)
    with pytest.raises(KeysUnusable, match="is not a file"):
        KeyRing.load_or_create(folder)


@pytest.fixture
def an_ordinary_user(folder: Path, tmp_path: Path) -> Iterator[None]:
    """Root may read and write everywhere: be somebody else for a while."""
    folder.chmod(0o500)
    if os.geteuid():
        yield
        folder.chmod(0o700)
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)
        folder.chmod(0o700)


@pytest.mark.rule("L51")
def test_a_folder_that_cannot_be_read_or_written_is_named(
    ring: KeyRing, folder: Path, an_ordinary_user: None
) -> None:
    with pytest.raises(KeysUnusable, match=f"{folder}.*: Permission denied"):
        KeyRing.load_or_create(folder / "deeper")
    with pytest.raises(KeysUnusable, match=r"keys\.json: Permission denied"):
        ring.rotate(Purpose.CLUSTER, 0)


@pytest.mark.rule("L50")
def test_a_crash_while_keys_are_written_leaves_the_old_or_the_new(
    ring: KeyRing, folder: Path
) -> None:
    before = stored(folder)
    # What a process leaves that died before the rename.
    (folder / "keys.json.new").write_text('{"format": 1, "at_')
    assert KeyRing.load_or_create(folder).cluster.current == ring.cluster.current
    ring.rotate(Purpose.CLUSTER, 0)
    assert stored(folder)["cluster"][:1] == before["cluster"]
    assert [each.name for each in folder.iterdir()] == ["keys.json"]


def _start(folder: Path, found: "multiprocessing.Queue[bytes]") -> None:
    found.put(KeyRing.load_or_create(folder).cluster.current)


@pytest.mark.rule("L50")
@pytest.mark.slow(60)
def test_processes_that_start_at_once_agree_on_one_set_of_keys(folder: Path) -> None:
    spawn = multiprocessing.get_context("spawn")
    found = spawn.Queue()
    processes = [spawn.Process(target=_start, args=(folder, found)) for _ in range(4)]
    for process in processes:
        process.start()
    ids = {found.get(timeout=30) for _ in processes}
    for process in processes:
        process.join()
        assert process.exitcode == 0
    assert ids == {KeyRing.load_or_create(folder).cluster.current}
