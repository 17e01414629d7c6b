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


async def code_of(browser: Browser, route: Route, headers: dict[str, str]) -> str:
    """The code of the problem, or nothing when it was carried out; bodies are empty on purpose."""
    path = re.sub(r"\{(\w+)\}", lambda name: SESSION if name[1] == "id" else "0" * 64, route.path)
    reply = await browser.call(route.method, path, headers=headers)
    return reply.code if reply.status >= 400 else ""
