"""Who may do what, route by route and office by office, from the routes themselves."""

import re
from typing import get_args

import pytest

from evalroom.api.application import ROUTES
from evalroom.api.routes import Access, Route
from evalroom.identity.registry import DAY_MS
from evalroom.storage.directory.accounts import Office
from evalroom.storage.directory.bearers import Scope
from tests.api.node import Browser, Node
from tests.identity.parts import CONSOLE

SESSION = "5" * 32

# Written out once more, by hand: a change of powers is a change here.
MAY: dict[Access, set[str]] = {
    "anyone": {"stranger", "person", "system", "security", "audit", "program"},
    "person": {"person", "system", "security", "audit"},
    "invited": {"person", "system", "security", "audit", "program"},
    "speaker": {"person", "system", "security", "audit", "program"},
    "system": {"system"},
    "security": {"security"},
    "audit": {"audit"},
    "system or security": {"system", "security"},
    "security or audit": {"security", "audit"},
}
POWERS = {
    "audit": ["confirm_deletion", "read_audit_log"],
    "security": [
        "add_account", "change_account", "end_log_ins", "grant_office", "issue_token",
        "list_log_ins", "list_tokens", "request_deletion", "revoke_token", "withdraw_deletion",
        "withdraw_office",
    ],
    "security or audit": ["list_deletions"],
    "system or security": ["list_accounts", "show_account"],
    "system": [
        "add_tender", "check_tender", "download_template", "download_tender", "download_workbook",
        "list_appointments", "list_cameras", "list_centers", "list_documents",
        "list_tenders", "list_venues",
        "list_workstations", "offer_code", "open_session", "put_camera", "put_center", "put_venue",
        "put_workstation", "remove_camera", "remove_center", "remove_tender", "remove_venue",
        "remove_workstation", "show_tender", "try_camera", "unpair", "upload_document",
    ],
}  # fmt: skip
SHUT = {"not_logged_in", "not_your_office", "not_for_programs"}


@pytest.mark.rule("A13")
def test_each_office_has_exactly_its_own_powers() -> None:
    for access, names in POWERS.items():
        assert sorted(route.name for route in ROUTES if route.access == access) == names
    assert set(MAY) == set(get_args(Access))


@pytest.mark.rule("A13", "A11")
async def test_every_route_lets_in_whom_it_should_and_nobody_else(site: Node) -> None:
    speakers: dict[str, tuple[Browser, dict[str, str]]] = {"stranger": (site.browser(), {})}
    for office in get_args(Office):
        speakers[office] = (await site.at_desk(f"{office}1", office), {})
    speakers["person"] = (await site.at_desk("ada"), {})
    program = await site.person("camera", "security")
    scopes = (Scope(SESSION, "read"),)
    _, text = await site.parts.registry.issue_token(
        CONSOLE, program, "camera", scopes, site.clock.now + DAY_MS
    )
    speakers["program"] = (site.browser(), {"Authorization": f"Bearer {text}"})
    for route in ROUTES:
        if route.name in ("log_in", "log_out"):
            continue
        for who, (browser, headers) in speakers.items():
            code = await code_of(browser, route, headers)
            assert (code not in SHUT) == (who in MAY[route.access]), (route.name, who, code)


ENDED = {
    "logged_out": "login_ended", "log_in_ended": "login_ended", "shut": "login_ended",
    "new_password": "login_ended", "other_browser": "login_of_other_device",
    "idle": "login_expired", "token_revoked": "token_revoked", "token_expired": "token_expired",
}  # fmt: skip
"""How somebody lost what he could, and what he is told of it."""


@pytest.mark.rule("A7", "A8", "A10", "A13")
async def test_who_has_lost_what_he_could_gets_nothing_from_any_route(site: Node) -> None:
    """He had the office that opens most, so that nothing else keeps him out."""
    speakers = await had_everything(site)
    assert set(speakers) == {*ENDED, "office_taken"}
    for route in ROUTES:
        if route.name in ("log_in", "log_out"):
            continue
        for name, (browser, headers) in speakers.items():
            code = await code_of(browser, route, headers)
            if route.access == "anyone":
                assert code not in {*ENDED.values(), *SHUT}, (route.name, name, code)
            elif name == "office_taken":
                assert (code in SHUT) == ("person" not in MAY[route.access]), (route.name, code)
            else:
                assert code == ENDED[name], (route.name, name, code)


async def had_everything(site: Node) -> dict[str, tuple[Browser, dict[str, str]]]:
    """People and programs who could do something until a moment ago, and what each still sends."""
    registry, speakers = site.parts.registry, dict[str, tuple[Browser, dict[str, str]]]()

    async def sits(name: str) -> str:
        account = await site.person(name, "system")
        browser = site.browser()
        await browser.log_in(name)
        # A browser of somebody who does not let his cookies be taken.
        jar = {cookie.key: cookie.value for cookie in browser.http.cookie_jar}
        sent = "; ".join(f"{key}={value}" for key, value in jar.items())
        speakers[name] = site.browser(), {"Cookie": sent}
        if name == "logged_out":
            assert (await browser.post("/api/logout")).status == 204
        return account

    for name in ("logged_out", "log_in_ended", "shut", "new_password", "idle"):
        account = await sits(name)
        if name == "log_in_ended":
            await registry.log_out_everywhere(CONSOLE, account)
        elif name == "shut":
            await registry.change(CONSOLE, account, disabled=True)
        elif name == "new_password":
            await registry.change(CONSOLE, account, password="another good passphrase")
    program, scopes = await site.person("program"), (Scope(SESSION, "read"),)
    for name in ("token_revoked", "token_expired"):
        until = site.clock.now + DAY_MS
        bearer, text = await registry.issue_token(CONSOLE, program, name, scopes, until)
        speakers[name] = site.browser(), {"Authorization": f"Bearer {text}"}
        if name == "token_revoked":
            await registry.revoke_token(CONSOLE, bearer.id)
    site.clock.now += DAY_MS
    await registry.withdraw(CONSOLE, await sits("office_taken"))
    await sits("other_browser")
    device = (await site.at_desk("somebody")).http.cookie_jar
    other = next(cookie.value for cookie in device if cookie.key == "evalroom_device")
    _, sent = speakers["other_browser"]
    sent["Cookie"] = re.sub(
        r"evalroom_device=\S+?(?=;|$)", f"evalroom_device={other}", sent["Cookie"]
    )
    return speakers


async def code_of(browser: Browser, route: Route, headers: dict[str, str]) -> str:
    """The code of the problem, or nothing when it was carried out; bodies are empty on purpose."""
    path = re.sub(r"\{(\w+)\}", lambda name: SESSION if name[1] == "id" else "0" * 64, route.path)
    reply = await browser.call(route.method, path, headers=headers)
    return reply.code if reply.status >= 400 else ""
