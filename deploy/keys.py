#!/usr/bin/env python3
"""The keys of a server: make them, show what is public of them, rotate one.

    keys.py FOLDER make                     keys.json in FOLDER, unless it is there
    keys.py FOLDER public                   the signing keys, to be published outside
    keys.py FOLDER rotate cluster           a new key, in force as soon as a node is started anew
    keys.py FOLDER rotate at_rest
    keys.py FOLDER rotate signing --in 30   in force in 30 minutes: time to take it to all nodes

FOLDER is the data folder, or wherever the file is kept for several nodes. Run it in the folder of
the program, with its Python, as the account of the node:

    .venv/bin/python deploy/keys.py /var/lib/evalroom public

Old keys stay in the file for good: what they sealed and signed is still there to be read.
"""

import argparse
import os
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from evalroom.identity.keys import KeyRing, KeysUnusable, Purpose

MOST_MINUTES = 7 * 24 * 60
"""A key that waits longer than a week is a key that somebody has forgotten."""


def main() -> int:
    asked = arguments().parse_args()
    os.umask(0o077)
    try:
        match asked.act:
            case "make":
                KeyRing.load_or_create(asked.folder)
            case "public":
                show(keys_in(asked.folder))
            case _:
                rotate(keys_in(asked.folder), Purpose(asked.purpose), asked.minutes)
    except (KeysUnusable, ValueError) as fault:
        sys.stderr.write(f"keys: {fault}\n")
        return 1
    return 0


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    acts = parser.add_subparsers(dest="act", required=True)
    acts.add_parser("make", help="make the file, unless it is there")
    acts.add_parser("public", help="public signing keys: id, key, since when")
    rotation = acts.add_parser("rotate", help="add a key; the old ones stay for reading")
    rotation.add_argument("purpose", choices=list(Purpose))
    rotation.add_argument("--in", dest="minutes", type=minutes, default=0, metavar="MINUTES")
    return parser


def minutes(text: str) -> int:
    if not text.isdecimal() or int(text) > MOST_MINUTES:
        raise argparse.ArgumentTypeError(f"must be minutes, at most {MOST_MINUTES}")
    return int(text)


def keys_in(folder: Path) -> KeyRing:
    """The keys that are there. Raises KeysUnusable: asking for them must not make any."""
    if not (folder / "keys.json").exists():
        raise KeysUnusable(folder / "keys.json", "is not there")
    return KeyRing.load_or_create(folder)


def show(keys: KeyRing) -> None:
    for key_id, public in keys.signing.public.items():
        sys.stdout.write(f"{key_id.hex()}  {public.hex()}\n")


def rotate(keys: KeyRing, purpose: Purpose, wait: int) -> None:
    since = (int(time.time()) + 60 * wait) * 1000
    made = keys.rotate(purpose, since)
    moment = datetime.fromtimestamp(since / 1000, UTC).isoformat(timespec="seconds")
    sys.stdout.write(f"{made.hex()}  {purpose}, since {moment}\n")


if __name__ == "__main__":
    sys.exit(main())
