"""The door: lets people in by name and password, and knows them again afterwards."""

import asyncio
import hmac
import secrets

from msgspec import Struct

from evalroom.clock import Clock
from evalroom.identity.browser import Browsers, Cookie, Credentials
from evalroom.identity.passwords import Passwords
from evalroom.identity.principal import Principal
from evalroom.identity.throttle import PER_ACCOUNT, Rate, Throttle
from evalroom.identity.tokens import (
    Random,
    bearer_parts,
    device_name,
    is_secret,
    network,
    new_secret,
    secret_hash,
)
from evalroom.sessions.refusals import Refused
from evalroom.storage.directory import Directory, accounts, audit, bearers, logins
from evalroom.storage.directory.audit import Trace
from evalroom.storage.directory.bearers import Presented
from evalroom.storage.directory.logins import Claim, LogIn

HOUR_MS = 3600 * 1000

# A venue's members share one address and log in at the same minute. Only failures stay counted,
# but each try holds a place until it is decided: the burst is above what
# `passwords.MAX_WAITING` and its threads let under way at once.
PER_ADDRESS = Rate(burst=240, seconds=3)


# The refusals that say who somebody is not; any other says that it cannot be found out now.
NOT_YOU = frozenset(
    {
        "not_logged_in",
        "login_unknown",
        "login_ended",
        "login_expired",
        "login_of_other_device",
        "account_disabled",
        "token_unknown",
        "token_revoked",
        "token_expired",
    }
)


class Lifetimes(Struct, frozen=True):
    """How long a log-in lasts unused, and at most: one evaluation day, and one that goes over
    two nights.
    """

    idle_ms: int = 12 * HOUR_MS
    whole_ms: int = 72 * HOUR_MS

    @property
    def slide_every_ms(self) -> int:
        """How old the last noted use may be before it is noted again: each note is a write to
        the disk.
        """
        return self.idle_ms // 100


class Entered(Struct, frozen=True):
    """A person who has just come in, and the cookies his browser is to keep."""

    principal: Principal
    cookies: tuple[Cookie, ...]
    expires: int


class Doorkeeper:
    """Who is speaking? One answer for log-in, for each request and for each socket."""

    def __init__(
        self,
        directory: Directory,
        passwords: Passwords,
        browsers: Browsers,
        clock: Clock,
        random: Random = secrets.token_bytes,
        lifetimes: Lifetimes | None = None,
    ) -> None:
        self._directory = directory
        self._passwords = passwords
        self._browsers = browsers
        self._clock = clock
        self._random = random
        self._lifetimes = lifetimes or Lifetimes()
        self._by_account = Throttle(PER_ACCOUNT)
        self._by_address = Throttle(PER_ADDRESS)

    async def log_in(
        self, login: str, password: str, credentials: Credentials, address: str
    ) -> Entered:
        """Check a password and begin a log-in.

        Raises `Refused("log_in_throttled", retry_ms=…)`, and `Refused("wrong_credentials")`
        alike for a wrong name, a wrong password and an account that has been shut.
        """
        device_secret = credentials.device
        if device_secret is None or not is_secret(device_secret):
            # Before the directory is asked, which others need for what they do in their sessions.
            self._passwords.place_for(known=False)
            device_secret = new_secret(self._random)
        device = device_name(device_secret)
        claim = await self._directory.read(logins.claim, login, device)
        # A stranger's guesses must not lock a person out of the browser he has used before, or of a
        # seat: each counts apart.
        apart = await self._directory.read(logins.at_a_workstation, device)
        apart = apart or (claim is not None and claim.device_known)
        own = device if apart else ""
        right = await self._checked(claim, login, password, own, address)
        if claim is None or not right:
            await self._note_failure(claim, address)
            raise Refused("wrong_credentials")
        return await self._enter(claim.account, device_secret, address)

    async def log_out(self, principal: Principal, address: str) -> None:
        """End the log-in that this person came with."""
        now = self._clock.wall()
        trace = Trace(now, principal.id, "log_out", principal.id, address=address)
        if principal.login is not None:
            await self._directory.write(audit.recorded, trace, logins.end, principal.login, now)

    async def recognise(self, credentials: Credentials, *, writing: bool) -> Principal:
        """The person or program behind a request; `writing` also asks from which page it comes.

        Raises `Refused` with `not_logged_in`, `foreign_origin`, `account_disabled`; for a
        cookie `login_unknown`, `login_ended`, `login_expired`, `login_of_other_device`; for a
        token `token_unknown`, `token_revoked`, `token_expired`.
        """
        if credentials.bearer is not None:
            return await self._program(credentials.bearer)
        if credentials.login is None:
            raise Refused("not_logged_in")
        if writing:
            self._browsers.check_origin(credentials)
        return await self._person(credentials.login, credentials.device)

    async def again(self, principal: Principal, *, used: bool) -> Principal:
        """The same speaker as he is now, for whoever let him in some time ago; `used` when he has
        just acted, which puts the end of his log-in off as a request does.

        Raises `Refused` as `recognise` does.
        """
        if principal.login is not None:
            found = await self._log_in_of(principal.login)
            if found.device != principal.device:
                raise Refused("login_of_other_device")
            return await self._as_person(principal.login, found, used=used)
        if principal.bearer is None:
            raise Refused("not_logged_in")
        shown = await self._directory.read(bearers.presented, principal.bearer)
        return self._as_program(shown)

    async def _checked(
        self, claim: Claim | None, login: str, password: str, own: str, address: str
    ) -> bool:
        # Hashed, so that a name of any length costs the throttle the same.
        account_key = secret_hash(f"{accounts.normal(login)}\0{own}").hex()
        address_key = network(address)
        self._spend(account_key, address_key)
        usable = claim is not None and not claim.disabled
        try:
            checked = await self._passwords.check(
                claim.password if claim and usable else None, password, known=bool(own)
            )
        except (Refused, asyncio.CancelledError):
            # Nothing was found out: also where the answer took too long, and nobody waits for it.
            self._return(account_key, address_key)
            raise
        if checked.right:
            self._return(account_key, address_key)
        if claim is not None and checked.rehashed is not None:
            await self._directory.write(accounts.set_password, claim.account, checked.rehashed)
        return checked.right

    def _spend(self, account_key: str, address_key: str) -> None:
        now = self._clock.monotonic()
        wait = self._by_address.take(address_key, now)
        if not wait:
            wait = self._by_account.take(account_key, now)
            if wait:
                self._by_address.give_back(address_key, now)
        if wait:
            raise Refused("log_in_throttled", retry_ms=int(wait * 1000) + 1)

    def _return(self, account_key: str, address_key: str) -> None:
        now = self._clock.monotonic()
        self._by_address.give_back(address_key, now)
        self._by_account.give_back(account_key, now)

    async def _note_failure(self, claim: Claim | None, address: str) -> None:
        # The typed name is not kept: people type their password into the wrong field.
        account = None if claim is None else claim.account
        trace = Trace(self._clock.wall(), account, "log_in", account, "refused", address)
        await self._directory.write(audit.append, trace)

    async def _enter(self, account: str, device_secret: str, address: str) -> Entered:
        now = self._clock.wall()
        secret, device = new_secret(self._random), device_name(device_secret)
        expires = now + min(self._lifetimes.idle_ms, self._lifetimes.whole_ms)
        trace = Trace(now, account, "log_in", account, address=address, detail={"device": device})
        token = secret_hash(secret)
        await self._directory.write(
            audit.recorded, trace, logins.begin, token, account, device, address, now, expires
        )
        principal = await self._person(secret, device_secret)
        browsers = self._browsers
        cookies = (browsers.login_cookie(secret), browsers.device_cookie(device_secret))
        return Entered(principal, cookies, expires)

    async def _person(self, secret: str, device_secret: str | None) -> Principal:
        token = secret_hash(secret)
        found = await self._log_in_of(token)
        if device_secret is None or device_name(device_secret) != found.device:
            raise Refused("login_of_other_device")
        return await self._as_person(token, found, used=True)

    async def _log_in_of(self, token: bytes) -> LogIn:
        found = await self._directory.read(logins.by_token, token)
        if found is None:
            raise Refused("login_unknown")
        if found.ended is not None:
            raise Refused("login_ended")
        if found.expires <= self._clock.wall():
            raise Refused("login_expired")
        if found.disabled:
            raise Refused("account_disabled")
        return found

    async def _as_person(self, token: bytes, found: LogIn, *, used: bool) -> Principal:
        until = await self._slide(token, found) if used else found.expires
        return Principal(
            id=found.account,
            name=found.name,
            device=found.device,
            workstation=found.workstation,
            office=found.office,
            login=token,
            until=until,
        )

    async def _slide(self, token: bytes, found: LogIn) -> int:
        """Put off the end of a log-in that is in use; where it is then."""
        now = self._clock.wall()
        if now - found.seen < self._lifetimes.slide_every_ms:
            return found.expires
        last = found.created + self._lifetimes.whole_ms
        expires = min(now + self._lifetimes.idle_ms, last)
        await self._directory.write(logins.slide, token, now, expires)
        return expires

    async def _program(self, text: str) -> Principal:
        bearer, secret = bearer_parts(text)
        shown = await self._directory.read(bearers.presented, bearer)
        if shown is None or not hmac.compare_digest(shown.secret_hash, secret_hash(secret)):
            raise Refused("token_unknown")
        return self._as_program(shown)

    def _as_program(self, shown: Presented | None) -> Principal:
        if shown is None:
            raise Refused("token_unknown")
        if shown.bearer.revoked is not None:
            raise Refused("token_revoked")
        if shown.bearer.expires <= self._clock.wall():
            raise Refused("token_expired")
        if shown.disabled:
            raise Refused("account_disabled")
        return Principal(
            id=shown.bearer.account,
            name=shown.name,
            scopes=shown.bearer.scopes,
            bearer=shown.bearer.id,
            until=shown.bearer.expires,
        )
