"""What holds for every test: time limits, properties, asyncio's debug mode, no blocking calls."""

import logging
import os
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from _pytest.logging import LogCaptureHandler
from blockbuster import blockbuster_ctx
from hypothesis import HealthCheck, settings

pytest_plugins = ["tests.services"]

# The suites that several backends run whole fail with the same detail as a test's own asserts.
pytest.register_assert_rewrite("tests.bus.contract", "tests.storage.contract")

# `dev` answers while one writes; `ci` looks harder, and at the same examples every time.
settings.register_profile("dev", max_examples=50, deadline=None)
settings.register_profile(
    "ci",
    max_examples=200,
    deadline=None,
    derandomize=True,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("ci" if os.environ.get("CI") == "true" else "dev")

# Seconds for a test that carries the marker and no limit of its own. A browser starts in
# several seconds on two busy cores, a process of Node in one.
MARKED_SECONDS = {"interop": 60, "slow": 120, "browser": 180}

# asyncio's debug mode makes the loop several times slower: it is left off where a test drives
# thousands of real sockets or whole nodes with their people, and on wherever a forgotten await or a
# foreign thread could hide.
UNDEBUGGED = ("faults", "interop", "rehearsal", "signaling")

TESTS = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.get_closest_marker("timeout") is None:
            seconds = [
                float(marker.args[0]) if name == "slow" and marker.args else limit
                for name, limit in MARKED_SECONDS.items()
                if (marker := item.get_closest_marker(name)) is not None
            ]
            if seconds:
                item.add_marker(pytest.mark.timeout(max(seconds)))


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    folder = item.path.relative_to(TESTS).parts[0]
    item.config.option.asyncio_debug = folder not in UNDEBUGGED


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Where everything must run, a missing peer is a fault and not an excuse."""
    report = yield
    if report.skipped and os.environ.get("CI") == "true":
        report.outcome = "failed"
    return report


@pytest.fixture(autouse=True, scope="session")
def no_blocking_call_on_the_loop() -> Iterator[None]:
    """Fail a coroutine of ours that waits for a disk or a clock while it holds the loop."""
    with blockbuster_ctx("evalroom") as watch:
        # A writer thread hands over within microseconds; that its lock is taken says nothing.
        watch.functions["threading.Lock.acquire"].deactivate()
        watch.functions["threading.Lock.acquire_lock"].deactivate()
        # The steps of a migration are files to be read. On a server it has a loop, and a thread
        # for it, to itself.
        for function in watch.functions.values():
            function.can_block_in("storage/directory/migrate.py", "upgrade")
            # Looks for certificates in the home folder, whenever it connects with TLS.
            function.can_block_in("asyncpg/connect_utils.py", "_parse_connect_dsn_and_args")
        yield


@pytest.fixture(autouse=True)
def the_log_is_left_as_it_was() -> Iterator[None]:
    """A command that sets up its own log must not make the next test deaf."""
    root = logging.getLogger()
    level, known = root.level, list(root.handlers)
    yield
    root.setLevel(level)
    for handler in list(root.handlers):
        if handler not in known and not isinstance(handler, LogCaptureHandler):
            root.removeHandler(handler)


@pytest.fixture
def loopback(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Simulated publishers call from this machine's own address, whatever networks it has."""

    def addresses(use_ipv4: bool, use_ipv6: bool) -> list[str]:
        return ["127.0.0.1"]

    with monkeypatch.context() as patch:
        patch.setattr("aioice.ice.get_host_addresses", addresses)
        yield
