"""The dashboard and the alerts ask for figures that a node really gives, by names that it has."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import aiohttp
import pytest
import yaml
from prometheus_client import CollectorRegistry, generate_latest

from evalroom.api.application import ROUTES
from evalroom.app import node
from evalroom.app.timekeeping import Timekeeper
from evalroom.clock import SystemClock
from evalroom.config import Address, Config
from evalroom.identity.passwords import Passwords
from evalroom.wire.texts import CATALOGUES
from tests.identity.parts import QUICK

ROOT = Path(__file__).parent.parent.parent
ANYWHERE = Address("127.0.0.1", 0)

# Given by Prometheus itself, by the machine and by whoever looks from outside.
OTHERS = {
    "up",
    "ALERTS",
    "node_filesystem_avail_bytes",
    "node_filesystem_size_bytes",
    "node_timex_offset_seconds",
    "node_timex_sync_status",
    "probe_ssl_earliest_cert_expiry",
    "probe_success",
}
FIGURE = re.compile(r"\b(?:evalroom|node|probe)_\w+|\bup\b")


def panels() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(text("deploy/grafana-dashboard.json"))["panels"]
    return found


def rules() -> list[dict[str, Any]]:
    groups = yaml.safe_load(text("deploy/alerts.yaml"))["groups"]
    return [rule for group in groups for rule in group["rules"]]


def asked() -> Iterator[str]:
    """Every expression of both."""
    yield from (target["expr"] for panel in panels() for target in panel["targets"])
    yield from (rule["expr"] for rule in rules())


def text(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


async def given(folder: Path) -> str:
    """All figures of a node that is part of several; somebody has just asked it something."""
    passwords = Passwords(QUICK, threads=1)
    # Nobody is at this address, and that keeps no node from starting.
    config = Config(listen=ANYWHERE, metrics=ANYWHERE, data=folder, bus="redis://127.0.0.1:9")
    try:
        async with node(config, passwords=passwords) as running, aiohttp.ClientSession() as http:
            async with http.get(f"{running.url}/readyz") as answer:
                assert answer.status == 200
            async with http.get(f"http://{running.metrics}/metrics") as answer:
                figures = await answer.text()
    finally:
        passwords.close()
    # Only a node with a database looks at its clock; it names the figure without having looked.
    clock = CollectorRegistry()
    clock.register(Timekeeper(cast("Any", None), SystemClock()))
    return figures + generate_latest(clock).decode()


async def test_every_figure_that_is_asked_for_is_given(tmp_path: Path) -> None:
    names = set(re.findall(r"(?m)^(\w+)", await given(tmp_path)))
    wanted = {name for expression in asked() for name in FIGURE.findall(expression)}
    assert wanted - OTHERS <= names, wanted - OTHERS - names
    assert len(wanted - OTHERS) > 12


async def test_every_figure_of_a_node_is_on_the_dashboard(tmp_path: Path) -> None:
    names = set(re.findall(r"(?m)^# TYPE (evalroom_\w+)", await given(tmp_path)))
    shown = " ".join(target["expr"] for panel in panels() for target in panel["targets"])
    missing = {name for name in names if not re.search(rf"\b{name}(_total|_bucket)?\b", shown)}
    assert {name for name in missing if not name.endswith("_created")} == set()


def test_every_route_and_refusal_that_is_asked_for_by_name_exists() -> None:
    routes = {route.name for route in ROUTES}
    codes = {key.partition(".")[2] for key in CATALOGUES["en"] if key.startswith("refusal.")}
    for expression in asked():
        for label, value in re.findall(r'\b(route|code)=~?"([^"]+)"', expression):
            for name in value.split("|"):
                assert name in (routes if label == "route" else codes), f"{label}={name}"


def test_every_panel_says_what_to_make_of_it_and_none_lies_over_another() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in panels():
        assert panel["title"]
        assert panel["description"]
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not cells & taken, panel["title"]
        assert place["x"] + place["w"] <= 24
        taken |= cells
    numbers = [panel["id"] for panel in panels()]
    assert len(set(numbers)) == len(numbers)


def test_every_alert_has_a_name_a_reason_and_a_line_in_the_manual() -> None:
    manual = text("docs/operations.md")
    names = [rule["alert"] for rule in rules()]
    assert len(set(names)) == len(names)
    for rule in rules():
        assert rule["labels"]["severity"] in {"page", "warn"}
        assert rule["annotations"].keys() == {"summary", "why"}
        assert f"`{rule['alert']}`" in manual, rule["alert"]


@pytest.mark.parametrize("expression", list(asked()))
def test_every_expression_has_its_brackets_and_no_session(expression: str) -> None:
    for opening, closing in ("()", "{}", "[]"):
        assert expression.count(opening) == expression.count(closing)
    assert not re.search(r"\b(session|account|member)=", expression)
