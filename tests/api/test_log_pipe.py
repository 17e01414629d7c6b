"""Nobody waits for whoever reads the log, and what is not read is counted."""

import asyncio
import contextlib
import fcntl
import io
import logging
import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import pytest

from evalroom.api.log_pipe import LAST_SECONDS, LogFigures, LogPipe
from tests.cli.serving import ROOT, STOP_SECONDS
from tests.valkey import free_port

SMALL_PIPE = 4096


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    """A small pipe of the system's: where to read, where to write."""
    ends = os.pipe()
    fcntl.fcntl(ends[1], fcntl.F_SETPIPE_SZ, SMALL_PIPE)
    yield ends
    for end in ends:
        with contextlib.suppress(OSError):
            os.close(end)


def record(text: str) -> logging.LogRecord:
    return logging.LogRecord("evalroom", logging.INFO, __file__, 1, text, None, None)


def read_until(file: int, end: bytes, found: bytearray) -> None:
    while not found.endswith(end):
        found += os.read(file, SMALL_PIPE)


@pytest.mark.rule("A42")
def test_lines_come_out_whole_and_in_their_order() -> None:
    stream = io.StringIO()
    log = LogPipe(stream)
    for number in range(500):
        log.handle(record(f"line {number}"))
    log.flush()
    assert stream.getvalue().splitlines() == [f"line {number}" for number in range(500)]
    log.handle(record("the last"))
    log.close()
    assert stream.getvalue().endswith("the last\n")


@pytest.mark.rule("A42")
def test_what_nobody_reads_is_dropped_and_counted_and_nobody_waits(pipe: tuple[int, int]) -> None:
    reads, writes = pipe
    log = LogPipe(os.fdopen(writes, "w", closefd=False), waiting=10)
    root = logging.getLogger()
    root.addHandler(log)
    try:
        for _ in range(100):
            log.handle(record("x" * 500))
        # Ten wait, one is on its way out, a few lie in the pipe.
        assert 60 < log.dropped <= 90
        (figure,) = LogFigures().collect()
        assert figure.samples[0].value == log.dropped
    finally:
        root.removeHandler(log)
    log_read = bytearray()
    reading = threading.Thread(target=read_until, args=(reads, b"heard again\n", log_read))
    reading.start()
    log.flush()
    log.handle(record("heard again"))
    reading.join(5)
    assert log_read.endswith(b"heard again\n")
    log.close()


@pytest.mark.rule("A42")
def test_a_reader_that_is_gone_is_no_error(pipe: tuple[int, int]) -> None:
    reads, writes = pipe
    log = LogPipe(os.fdopen(writes, "w", closefd=False))
    os.close(reads)
    log.handle(record("nobody"))
    log.flush()
    assert log.dropped == 1
    log.close()


@pytest.mark.slow(60)
@pytest.mark.rule("A42")
async def test_a_node_whose_log_nobody_reads_answers_all_the_same_and_ends_in_time(
    tmp_path: Path, pipe: tuple[int, int]
) -> None:
    # A process on real time: asyncio's debug mode would only slow it down.
    asyncio.get_running_loop().set_debug(False)
    reads, writes = pipe
    url = f"127.0.0.1:{free_port()}"
    environ = {name: value for name, value in os.environ.items() if "EVALROOM" not in name}
    command = (sys.executable, "-m", "evalroom", "serve", "--data", str(tmp_path), "--listen", url)
    process = await asyncio.create_subprocess_exec(
        *command, cwd=ROOT, env={**environ, "EVALROOM_METRICS": "0"}, stderr=writes
    )
    try:
        async with asyncio.timeout(40), aiohttp.ClientSession() as http:
            # Another process starts, which tells nobody.
            while not await answers(http, url):  # noqa: ASYNC110
                await asyncio.sleep(0.05)
            # Each leaves a line of 200 bytes: several times what the pipe holds.
            for _ in range(100):
                assert await answers(http, url)
        os.set_blocking(reads, False)
        assert len(os.read(reads, 10 * SMALL_PIPE)) >= SMALL_PIPE - 300, "the pipe was full"
        process.terminate()
        async with asyncio.timeout(STOP_SECONDS + 2 * LAST_SECONDS):
            assert await process.wait() == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def answers(http: aiohttp.ClientSession, url: str) -> bool:
    try:
        async with http.get(f"http://{url}/healthz") as answer:
            return answer.status == 200
    except aiohttp.ClientConnectionError:
        return False
