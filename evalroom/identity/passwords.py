"""Passwords: argon2id, off the event loop, and no answer that tells whether an account exists."""

import asyncio
import os
import unicodedata
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar, TypeVarTuple

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from msgspec import Struct

from evalroom.sessions.refusals import Refused

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

# OWASP Password Storage Cheat Sheet: of its equally strong choices for argon2id the one that costs
# a guesser the most memory.
TIME_COST = 1
MEMORY_KIB = 47_104
LANES = 1

# One lane each, so these are processors too: half of them stay with the sessions that are going on.
THREADS = max(1, (os.cpu_count() or 1) // 2)

# A venue of 200 seats at nine o'clock: at some 60 ms a hash the last one waits for a dozen seconds.
MAX_WAITING = 200
BUSY_RETRY_MS = 1000

# NIST SP 800-63B: length is what counts; no rules about kinds of characters.
MIN_LENGTH = 10
MAX_LENGTH = 256


class Checked(Struct, frozen=True):
    """Whether a password was right, and the hash to store in place of one made with weaker
    settings.
    """

    right: bool
    rehashed: str | None = None


class Passwords:
    """Hashes and checks passwords in a small pool of threads.

    Who is known already, as a person or by his browser, waits apart from strangers and goes before
    them: a crowd of made-up names keeps nobody from his seat. Raises `Refused("busy")` when too
    many of the same kind are there already.
    """

    def __init__(self, hasher: PasswordHasher | None = None, threads: int = THREADS) -> None:
        self._hasher = hasher or PasswordHasher(TIME_COST, MEMORY_KIB, LANES)
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="password")
        self._free = threads
        self._there = {True: 0, False: 0}
        self._turns: dict[bool, deque[asyncio.Future[None]]] = {True: deque(), False: deque()}
        self._nobody: str | None = None

    async def hash(self, password: str) -> str:
        """The hash to store for a password that `acceptable` let through."""
        return await self._run(True, self._hash, password)

    async def check(self, stored: str | None, password: str, *, known: bool = False) -> Checked:
        """Compare with a stored hash; without one (no such account) it takes as long and says
        no. `known` when whoever asks is no stranger.
        """
        return await self._run(known, self._check, stored, password)

    def place_for(self, *, known: bool) -> None:
        """Whether one more may wait; to be asked before anything is done for him.

        Raises `Refused("busy")`.
        """
        if self._there[known] >= MAX_WAITING:
            raise Refused("busy", retry_ms=BUSY_RETRY_MS)

    def close(self) -> None:
        """Let the threads go once what is under way has ended."""
        self._pool.shutdown(wait=False)

    def _hash(self, password: str) -> str:
        return self._hasher.hash(_normal(password))

    def _check(self, stored: str | None, password: str) -> Checked:
        if len(password) > MAX_LENGTH:
            # Nobody has it, since none such is ever accepted; but the time must not say so.
            stored, password = None, ""
        # Made by whoever comes first, known or not: the first wait must not tell either.
        nobodys = self._nobodys_hash()
        try:
            self._hasher.verify(stored or nobodys, _normal(password))
        except (VerificationError, InvalidHashError):
            return Checked(False)
        if stored is None:
            return Checked(False)
        if self._hasher.check_needs_rehash(stored):
            return Checked(True, self._hash(password))
        return Checked(True)

    def _nobodys_hash(self) -> str:
        if self._nobody is None:
            self._nobody = self._hasher.hash(os.urandom(16))
        return self._nobody

    async def _run(self, known: bool, work: Callable[[*Ts], T], *args: *Ts) -> T:
        self.place_for(known=known)
        self._there[known] += 1
        try:
            await self._turn(known)
            try:
                return await asyncio.get_running_loop().run_in_executor(self._pool, work, *args)
            finally:
                self._next()
        finally:
            self._there[known] -= 1

    async def _turn(self, known: bool) -> None:
        if self._free:
            self._free -= 1
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._turns[known].append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if not turn.cancelled():
                # It had been given, and is somebody else's now.
                self._next()
            raise

    def _next(self) -> None:
        for known in (True, False):
            while self._turns[known]:
                turn = self._turns[known].popleft()
                if not turn.done():
                    turn.set_result(None)
                    return
        self._free += 1


def acceptable(password: str, login: str) -> None:
    """Refuse a password that is no secret.

    Raises `Refused("password_too_weak")`, with the limits.
    """
    short = len(_normal(password)) < MIN_LENGTH
    same = _normal(password).casefold() == _normal(login).casefold()
    if short or same or len(password) > MAX_LENGTH:
        raise Refused("password_too_weak", shortest=MIN_LENGTH, longest=MAX_LENGTH)


def _normal(password: str) -> str:
    # The same key presses on two systems may arrive composed or not, full width or half.
    return unicodedata.normalize("NFKC", password)
