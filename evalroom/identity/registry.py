"""Accounts, offices and tokens as they are given and taken: each act with its trace, secrets
only as hashes.
"""

import secrets
from typing import Any

from msgspec import Struct

from evalroom.clock import Clock
from evalroom.identity.passwords import Passwords, acceptable
from evalroom.identity.throttle import PER_ACCOUNT, Throttle
from evalroom.identity.tokens import Random, bearer_text, new_secret, secret_hash
from evalroom.sessions.refusals import Refused
from evalroom.storage.directory import Directory, accounts, audit, bearers, logins
from evalroom.storage.directory.accounts import Account, Office
from evalroom.storage.directory.audit import Trace
from evalroom.storage.directory.bearers import Bearer, Scope
from evalroom.storage.directory.logins import AccountChange

DAY_MS = 24 * 3600 * 1000

# A token outlives its session by little; whoever needs one for longer asks again.
LONGEST_TOKEN_MS = 366 * DAY_MS


class Author(Struct, frozen=True):
    """Who administers, and from where; nobody on the machine's own command line."""

    account: str | None = None
    address: str | None = None


class Registry:
    """What the security office does to accounts, and what a person does to his own."""

    def __init__(
        self,
        directory: Directory,
        passwords: Passwords,
        clock: Clock,
        random: Random = secrets.token_bytes,
    ) -> None:
        self._directory = directory
        self._passwords = passwords
        self._clock = clock
        self._random = random
        self._tries = Throttle(PER_ACCOUNT)

    async def add(self, author: Author, login: str, name: str, password: str | None) -> Account:
        """Make an account; without a password it is a program's, which comes with tokens only.

        Raises `Refused` with `login_taken` or `password_too_weak`.
        """
        stored = None
        if password is not None:
            acceptable(password, login)
            stored = await self._passwords.hash(password)
        account = Account("a" + self._random(6).hex(), login, name, False, self._clock.wall())
        trace = self._trace(author, "add_account", account.id, login=accounts.normal(login))
        return await self._directory.write(audit.recorded, trace, accounts.add, account, stored)

    async def grant(self, author: Author, account: str, office: Office) -> None:
        """Give one of the three offices.

        Raises `Refused` with `unknown_account`, `holds_an_office`, `own_account`.
        """
        _not_own(author, account)
        trace = self._trace(author, "grant_office", account, office=office)
        await self._directory.write(
            audit.recorded, trace, accounts.grant, account, office, author.account, trace.at
        )

    async def withdraw(self, author: Author, account: str) -> None:
        """Take an office away.

        Raises `Refused` with `holds_no_office`, `last_administrator`, `own_account`.
        """
        _not_own(author, account)
        trace = self._trace(author, "withdraw_office", account)
        await self._directory.write(audit.recorded, trace, accounts.withdraw, account, trace.at)

    async def change(
        self,
        author: Author,
        account: str,
        *,
        name: str | None = None,
        disabled: bool | None = None,
        password: str | None = None,
    ) -> Account:
        """Rename somebody's account, shut it out or in, give it a new password: all or nothing.

        Raises `Refused` with `unknown_account`, `own_account`, `last_administrator`,
        `password_too_weak`.
        """
        _not_own(author, account)
        stored = None
        if password is not None:
            known = await self._directory.read(accounts.by_id, account)
            acceptable(password, known.login)
            stored = await self._passwords.hash(password)
        change = AccountChange(name, disabled, stored)
        return await self._change(author, account, change, keep=None)

    async def log_out_everywhere(self, author: Author, account: str) -> int:
        """End all log-ins of an account; how many there were."""
        trace = self._trace(author, "end_log_ins", account)
        return await self._directory.write(audit.recorded, trace, logins.end_all, account, trace.at)

    async def change_own_password(
        self, author: Author, account: str, old: str, new: str, login: bytes | None
    ) -> None:
        """Change one's own password, staying logged in here only.

        Raises `Refused("wrong_credentials")`.
        """
        await self._check_own(account, old)
        known = await self._directory.read(accounts.by_id, account)
        acceptable(new, known.login)
        change = AccountChange(password=await self._passwords.hash(new))
        await self._change(author, account, change, keep=login)

    async def issue_token(
        self, author: Author, account: str, label: str, scopes: tuple[Scope, ...], expires: int
    ) -> tuple[Bearer, str]:
        """Make a token for a program; its text is shown this once and cannot be had again.

        Raises `Refused` with `unknown_account`, `too_many_tokens`, `bad_expiry`.
        """
        now = self._clock.wall()
        if not now < expires <= now + LONGEST_TOKEN_MS:
            raise Refused("bad_expiry", now=now, latest=now + LONGEST_TOKEN_MS)
        secret = new_secret(self._random)
        bearer = Bearer(
            "t" + self._random(6).hex(), account, label, scopes, now, author.account or "", expires
        )
        trace = self._trace(author, "issue_token", account, token=bearer.id)
        await self._directory.write(
            audit.recorded, trace, bearers.issue, bearer, secret_hash(secret)
        )
        return bearer, bearer_text(bearer.id, secret)

    async def revoke_token(self, author: Author, bearer: str) -> Bearer:
        """Take a token back. Raises `Refused("unknown_token")`."""
        trace = self._trace(author, "revoke_token", bearer)
        return await self._directory.write(audit.recorded, trace, bearers.revoke, bearer, trace.at)

    async def _check_own(self, account: str, password: str) -> None:
        # Whoever found an open browser must not learn the password by trying.
        now = self._clock.monotonic()
        wait = self._tries.take(account, now)
        if wait:
            raise Refused("log_in_throttled", retry_ms=int(wait * 1000) + 1)
        stored = await self._directory.read(accounts.password_of, account)
        if not (await self._passwords.check(stored, password, known=True)).right:
            raise Refused("wrong_credentials")
        self._tries.give_back(account, now)

    async def _change(
        self, author: Author, account: str, change: AccountChange, keep: bytes | None
    ) -> Account:
        fields = ("name", "disabled", "password")
        changed = [field for field in fields if getattr(change, field) is not None]
        trace = self._trace(author, "change_account", account, changed=changed)
        if change.disabled is not None:
            trace.detail["disabled"] = change.disabled
        return await self._directory.write(
            audit.recorded, trace, logins.change_account, account, change, trace.at, keep
        )

    def _trace(self, author: Author, act: str, subject: str, **detail: Any) -> Trace:
        now = self._clock.wall()
        return Trace(now, author.account, act, subject, address=author.address, detail=detail)


def _not_own(author: Author, account: str) -> None:
    # Whoever could change his own office or shut himself out would be judge in his own case.
    if author.account == account:
        raise Refused("own_account", account=account)
