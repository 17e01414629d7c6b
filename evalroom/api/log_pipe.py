"""Where log lines leave the process: by a thread, so that nobody waits for whoever reads them.

A service manager that hangs, a terminal that is stopped, a pipe nobody empties: writing to them
waits for ever. The loop never does; lines that find no room are dropped and counted.
"""

import io
import logging
import os
import queue
import threading
from collections.abc import Callable, Iterator
from typing import Final, TextIO

from prometheus_client import Metric
from prometheus_client.metrics_core import CounterMetricFamily
from prometheus_client.registry import Collector

WAITING: Final = 10_000
"""Lines, three megabytes at most: some seconds of a busy node, more than a reader is ever late."""

LAST_SECONDS: Final = 2.0
"""What a reader gets at the end to take what still waits; a service manager kills after ten."""


class LogPipe(logging.Handler):
    """Formats where it is called, writes in a thread of its own."""

    def __init__(self, stream: TextIO, waiting: int = WAITING) -> None:
        super().__init__()
        self.dropped = 0
        """Lines that found no room."""
        self._write = _writer_to(stream)
        self._lines: queue.Queue[str | threading.Event | None] = queue.Queue(waiting)
        # A daemon: a write that never returns must not keep the process from ending.
        self._thread = threading.Thread(target=self._run, name="log", daemon=True)
        self._thread.start()

    def emit(self, record: logging.LogRecord) -> None:
        """Leave a line for the thread, or drop it."""
        try:
            self._lines.put_nowait(self.format(record) + "\n")
        except queue.Full:
            self.dropped += 1
        except Exception:
            self.handleError(record)

    def flush(self) -> None:
        """Wait until all that was logged before is written, for a while."""
        written = threading.Event()
        try:
            self._lines.put(written, timeout=LAST_SECONDS)
        except queue.Full:
            return
        written.wait(LAST_SECONDS)

    def close(self) -> None:
        """Write what waits, as far as it is read, and let the thread end."""
        if self._thread.is_alive():
            try:
                self._lines.put(None, timeout=LAST_SECONDS)
                self._thread.join(LAST_SECONDS)
            except queue.Full:
                pass
        super().close()

    def _run(self) -> None:
        while (line := self._lines.get()) is not None:
            if isinstance(line, threading.Event):
                line.set()
                continue
            try:
                self._write(line)
            except (OSError, ValueError):
                # The other end is gone, for good or for now: nobody is left to be told of it.
                self.dropped += 1


class LogFigures(Collector):
    """How many lines nobody took."""

    def collect(self) -> Iterator[Metric]:
        """Of all pipes that are in use."""
        pipes = (one for one in logging.getLogger().handlers if isinstance(one, LogPipe))
        words = "Log lines that were dropped because nobody took them"
        dropped = sum(pipe.dropped for pipe in pipes)
        yield CounterMetricFamily("evalroom_log_lines_dropped", words, dropped)


def _writer_to(stream: TextIO) -> Callable[[str], None]:
    try:
        # The file itself: the stream has a lock, and whoever else writes to it would wait for it.
        file = stream.fileno()
    except (io.UnsupportedOperation, AttributeError):
        return lambda line: _written(stream, line)
    return lambda line: _written_to(file, line)


def _written(stream: TextIO, line: str) -> None:
    stream.write(line)
    stream.flush()


def _written_to(file: int, line: str) -> None:
    left = memoryview(line.encode(errors="backslashreplace"))
    while left:
        left = left[os.write(file, left) :]
