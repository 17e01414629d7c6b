"""`deploy/keys.py`: keys made, shown and rotated the way docs/operations.md says."""

import asyncio
import sys
import time
from pathlib import Path

from evalroom.identity.keys import KeyRing

KEYS = Path(__file__).parent.parent.parent / "deploy" / "keys.py"


async def test_keys_are_made_once_and_for_their_owner_alone(tmp_path: Path) -> None:
    assert (await keys(tmp_path, "make"))[0] == 0
    made = (tmp_path / "keys.json").read_bytes()
    assert (tmp_path / "keys.json").stat().st_mode & 0o777 == 0o600
    assert (await keys(tmp_path, "make"))[0] == 0
    assert (tmp_path / "keys.json").read_bytes() == made


async def test_what_is_published_is_the_public_half_and_nothing_else(tmp_path: Path) -> None:
    await keys(tmp_path, "make")
    code, out, _ = await keys(tmp_path, "public")
    ring = KeyRing.load_or_create(tmp_path)
    assert code == 0
    assert out.splitlines() == [f"{i.hex()}  {key.hex()}" for i, key in ring.signing.public.items()]


async def test_asking_for_keys_that_are_not_there_makes_none(tmp_path: Path) -> None:
    code, out, err = await keys(tmp_path, "public")
    assert (code, out) == (1, "")
    assert "is not there" in err
    assert not (tmp_path / "keys.json").exists()


async def test_a_rotated_signing_key_signs_from_its_time_on_and_the_old_one_stays(
    tmp_path: Path,
) -> None:
    await keys(tmp_path, "make")
    [old] = KeyRing.load_or_create(tmp_path).signing.public
    code, out, _ = await keys(tmp_path, "rotate", "signing", "--in", "30")
    signing = KeyRing.load_or_create(tmp_path).signing
    now = int(time.time() * 1000)
    assert code == 0
    assert signing.at(now).key_id == old
    new = signing.at(now + 31 * 60_000).key_id
    assert new != old
    assert out.startswith(f"{new.hex()}  signing, since ")


async def test_a_rotated_cluster_key_is_current_at_once(tmp_path: Path) -> None:
    await keys(tmp_path, "make")
    old = KeyRing.load_or_create(tmp_path).cluster.current
    assert (await keys(tmp_path, "rotate", "cluster"))[0] == 0
    cluster = KeyRing.load_or_create(tmp_path).cluster
    assert cluster.ids[0] == old != cluster.current


async def test_keys_that_others_may_read_are_not_touched(tmp_path: Path) -> None:
    await keys(tmp_path, "make")
    (tmp_path / "keys.json").chmod(0o640)
    code, _, err = await keys(tmp_path, "rotate", "at_rest")
    assert code == 1
    assert "is open to others" in err


async def test_a_key_for_some_other_year_is_a_slip_of_the_finger(tmp_path: Path) -> None:
    await keys(tmp_path, "make")
    code, _, err = await keys(tmp_path, "rotate", "signing", "--in", "525600")
    assert code == 2
    assert "at most 10080" in err


async def keys(folder: Path, *arguments: str) -> tuple[int, str, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        KEYS,
        *(str(folder), *arguments),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()
