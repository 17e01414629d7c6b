"""The administrators' work before an evaluation, over HTTP as they would do it: the security office
makes the accounts, the system office sets up the workstations, enters the tender and opens the
session.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, Final

import msgspec
from msgspec.structs import replace

from evalroom.rehearsal.browser import Browser
from evalroom.rehearsal.cast import Cast, Part
from evalroom.sessions.people import Appointment
from evalroom.sessions.refusals import Refused
from evalroom.sessions.tender.model import Tender

CENTER: Final = "演练中心"
VENUE: Final = "演练场所"
"""What the places of a rehearsal are called that has no name of its own."""

AT_ONCE: Final = 4
"""Accounts made at a time: each takes a server's thread a tenth of a second for its password."""


NOT_THERE: Final = frozenset({"unknown_workstation", "unknown_venue", "unknown_center"})
"""What was never set up, because something failed before, needs not be taken away."""


class OfficeMissing(Exception):
    """Nobody of those who logged in holds this office."""

    def __init__(self, office: str) -> None:
        super().__init__(office)
        self.office = office


@asynccontextmanager
async def desk_at(
    url: str, administrators: Sequence[tuple[str, str]], *others: str
) -> "AsyncIterator[Desk]":
    """The desk for the time of the block; `administrators` are logins with passwords, `others` the
    addresses of further nodes.

    Raises OfficeMissing, Refused, Unreachable.
    """
    async with AsyncExitStack() as windows:
        by_office: dict[str | None, Browser] = {}
        for login, password in administrators:
            browser = await windows.enter_async_context(Browser(url, *others))
            by_office[(await browser.log_in(login, password))["office"]] = browser
        for office in ("security", "system"):
            if office not in by_office:
                raise OfficeMissing(office)
        yield Desk(by_office["security"], by_office["system"])


class Desk:
    """Two browsers, one of each office; neither office can do the other's work."""

    def __init__(self, security: Browser, system: Browser) -> None:
        """Both are logged in already."""
        self._security = security
        self._system = system
        self._made: dict[str, str] = {}

    async def engage(self, parts: Iterable[Part], passwords: Mapping[str, str]) -> dict[str, str]:
        """Account ids by login; accounts that are there already are taken as they are.

        `passwords` are by login. Raises Refused as the server refuses.
        """
        turns = asyncio.Semaphore(AT_ONCE)

        async def made(part: Part) -> tuple[str, str | None]:
            async with turns:
                return part.login, await self._make(part, passwords[part.login])

        # All of them come to their end, so that it is known which accounts there are.
        answers = await asyncio.gather(*map(made, parts), return_exceptions=True)
        for failure in answers:
            if isinstance(failure, BaseException):
                raise failure
        engaged = dict(answer for answer in answers if not isinstance(answer, BaseException))
        known = await self._known() if None in engaged.values() else {}
        return {login: account or known[login] for login, account in engaged.items()}

    async def furnish(self, cast: Cast) -> dict[str, str]:
        """Set up a workstation for each who has a seat; codes by key, each to be typed once in the
        browser that stands there. Raises Refused as the server refuses.
        """
        center, venue = _places(cast)
        await self._system.put(f"/api/centers/{center}", {"title": cast.prefix or CENTER})
        await self._system.put(
            f"/api/venues/{venue}", {"center": center, "title": cast.prefix or VENUE}
        )
        codes = {}
        for part in cast.everyone:
            if part.seat is not None:
                place = f"/api/workstations/{part.seat}"
                await self._system.put(place, {"venue": venue, "title": part.seat})
                codes[part.key] = (await self._system.post(f"{place}/code", {}))["code"]
        return codes

    async def clear(self, cast: Cast) -> None:
        """Take away what was set up for a cast, as far as it was."""
        center, venue = _places(cast)
        for part in cast.everyone:
            if part.seat is not None:
                await self._remove(f"/api/workstations/{part.seat}")
        await self._remove(f"/api/venues/{venue}")
        await self._remove(f"/api/centers/{center}")

    async def retire(self, cast: Cast) -> None:
        """Take away what was set up for a cast, and shut the accounts that were made for it."""
        try:
            await self.dismiss(
                self._made[part.login] for part in cast.everyone if part.login in self._made
            )
        finally:
            await self.clear(cast)

    async def enter_tender(self, tender: Tender) -> str:
        """The id under which the server keeps the tender; member sheets stay at home."""
        entered = await self._system.post("/api/tenders", replace(tender, sheets=None))
        tender_id: str = entered["id"]
        return tender_id

    async def enter_documents(self, tender: Tender, files: Mapping[str, bytes]) -> None:
        """Store the bids' files (PDF) by their SHA-256, by which the tender names them."""
        named = {
            document.sha256: f"{bid.bidder} {document.title}"
            for bid in tender.bids
            for document in bid.documents
        }
        for digest, file in files.items():
            title = named[digest]
            await self._system.upload("/api/documents", file, "application/pdf", title=title)

    async def open_session(
        self, tender: str, appointments: Mapping[str, Appointment], *, rehearsal: bool
    ) -> str:
        """The id of a new session of a tender that was entered; `appointments` are by account."""
        people = {account: msgspec.to_builtins(one) for account, one in appointments.items()}
        asked = {"tender": tender, "appointments": people, "rehearsal": rehearsal}
        session: str = (await self._system.post("/api/sessions", asked))["id"]
        return session

    async def dismiss(self, accounts: Iterable[str]) -> None:
        """Shut accounts that nobody needs any longer."""
        for account in accounts:
            await self._security.patch(f"/api/accounts/{account}", {"disabled": True})

    async def _make(self, part: Part, password: str) -> str | None:
        form = {"login": part.login, "name": part.name, "password": password}
        try:
            account: str = (await self._security.post("/api/accounts", form))["id"]
        except Refused as refusal:
            if refusal.code == "login_taken":
                return None
            raise
        self._made[part.login] = account
        return account

    async def _remove(self, path: str) -> None:
        try:
            await self._system.delete(path)
        except Refused as refusal:
            if refusal.code not in NOT_THERE:
                raise

    async def _known(self) -> dict[str, str]:
        found: dict[str, str] = {}
        after: str | None = ""
        while after is not None:
            page: Any = await self._security.get("/api/accounts", limit="200", after=after)
            found |= {account["login"]: account["id"] for account in page["items"]}
            after = page.get("next")
        return found


def _places(cast: Cast) -> tuple[str, str]:
    """Centre and venue in which a cast has its workstations."""
    return f"{cast.prefix}center", f"{cast.prefix}venue"
