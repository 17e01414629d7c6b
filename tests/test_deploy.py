"""What lies in deploy/ fits together, and fits the program: names, ports, figures, files."""

import importlib.metadata
import json
import re
import shutil
import subprocess
import tomllib
from collections.abc import Iterable
from configparser import ConfigParser
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from evalroom.api.application import ROUTES
from evalroom.app.folder import DIRECTORY, DOCUMENTS, LEDGER
from evalroom.cli import COMMANDS
from evalroom.config import PREFIX, Config, read_config
from tests.test_docs import pins

ROOT = Path(__file__).parent.parent
DEPLOY = ROOT / "deploy"
OPERATIONS = ROOT / "docs" / "operations.md"

HARDENED = ("node-1", "node-2", "tables", "valkey", "caddy", "coturn")
NODES = ("node-1", "node-2")

# Which sandboxing a node has been run under, and must not lose unnoticed.
SANDBOX = {
    "NoNewPrivileges": "yes",
    "ProtectSystem": "strict",
    "ProtectHome": "yes",
    "PrivateTmp": "yes",
    "PrivateDevices": "yes",
    "MemoryDenyWriteExecute": "yes",
    "RestrictNamespaces": "yes",
    "CapabilityBoundingSet": "",
    "UMask": "0077",
    "LimitCORE": "0",
    "StateDirectoryMode": "0700",
}


def text(name: str) -> str:
    return (DEPLOY / name).read_text("utf-8")


def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(text("compose.yaml"))
    return found


def services() -> dict[str, Any]:
    found: dict[str, Any] = compose()["services"]
    return found


def filled_in(name: str) -> dict[str, str]:
    """The environment of a service, as an operator's answers make it."""
    answers = {"MEDIA_ADDRESS": "203.0.113.7", "TURN_SECRET": "5e" * 32}
    return {
        variable: re.sub(r"\$\{(\w+):\?\}", lambda m: answers.get(m[1], "secret"), value)
        for variable, value in services()[name]["environment"].items()
    }


def unit() -> dict[str, list[str]]:
    """The directives of the service, each with all its values."""
    found: dict[str, list[str]] = {}
    for line in text("evalroom.service").splitlines():
        name, equals, value = line.partition("=")
        if equals and not line.startswith("#"):
            found.setdefault(name, []).append(value)
    return found


def instructions(name: str) -> list[tuple[str, str]]:
    """A Dockerfile's, with continued lines joined."""
    lines = re.sub(r"\\\n", " ", re.sub(r"(?m)^#.*\n", "", text(name))).splitlines()
    return [(word, rest) for word, _, rest in (line.partition(" ") for line in lines) if word]


@pytest.mark.parametrize(
    "file", sorted(path.name for path in DEPLOY.iterdir() if path.is_file() and path.name != ".env")
)
def test_every_variable_of_ours_that_is_named_is_a_configuration_key(file: str) -> None:
    keys = {f"{PREFIX}{key.upper()}" for key in Config.__struct_fields__}
    assert set(re.findall(rf"{PREFIX}[A-Z_]+", text(file))) <= keys


def test_the_nodes_of_the_compose_file_have_a_configuration_that_can_be_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in (*NODES, "tables"):
        config = read_config(None, filled_in(name))
        assert config.database.startswith("postgresql://evalroom:")
        assert config.bus.startswith("redis://evalroom:")
        assert (config.migrate == "no") == (name in NODES)


def test_nodes_believe_the_network_that_the_proxy_is_in() -> None:
    network = compose()["networks"]["edge"]["ipam"]["config"][0]["subnet"]
    for name in NODES:
        node = services()[name]
        assert node["environment"]["EVALROOM_TRUSTED_PROXIES"] == network
        assert "edge" in node["networks"]
    assert services()["caddy"]["networks"] == ["edge"]


def test_every_port_is_the_same_wherever_it_is_named() -> None:
    defaults, both = Config(), services()
    assert defaults.metrics is not None
    for name in NODES:
        given = both[name]["environment"]
        assert given["EVALROOM_LISTEN"] == f"0.0.0.0:{defaults.listen.port}"
        assert given["EVALROOM_METRICS"] == f"0.0.0.0:{defaults.metrics.port}"
        published, _ = both[name]["ports"]
        assert re.fullmatch(rf"127\.0\.0\.1:\d+:{defaults.metrics.port}", published)
    nodes = " ".join(f"{name}:{defaults.listen.port}" for name in NODES)
    assert both["caddy"]["environment"]["ROOM_NODES"] == nodes
    assert f"{{$ROOM_NODES:{defaults.listen}}}" in text("Caddyfile")
    exposed = dict(instructions("Dockerfile"))["EXPOSE"]
    assert exposed == f"{defaults.listen.port} {defaults.metrics.port}"
    assert f":{defaults.listen.port}/healthz" in dict(instructions("Dockerfile"))["HEALTHCHECK"]


def test_everything_the_compose_file_asks_for_is_explained_in_the_example() -> None:
    asked = set(re.findall(r"\$\{(\w+)", text("compose.yaml")))
    assert asked == set(re.findall(r"(?m)^(\w+)=", text("env.example")))
    assert set(re.findall(r"\{\$(\w+)", text("Caddyfile"))) <= asked | {"ROOM_NODES"}


def test_every_file_that_is_mounted_or_built_from_is_there() -> None:
    for name, service in services().items():
        if "build" in service:
            assert (DEPLOY / service["build"]["context"] / service["build"]["dockerfile"]).is_file()
        for volume in service.get("volumes", []):
            source = volume.partition(":")[0]
            known = (DEPLOY / source).is_file() if source[0] == "." else source in volumes()
            assert known, f"{name}: {source}"


def volumes() -> set[str]:
    return set(compose()["volumes"])


@pytest.mark.parametrize("name", HARDENED)
def test_a_container_can_write_only_where_it_must(name: str) -> None:
    service = services()[name]
    assert service["read_only"]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]


def test_only_pages_and_media_are_open_to_other_machines() -> None:
    published = {name: service.get("ports", []) for name, service in services().items()}
    outside = {
        name
        for name, ports in published.items()
        for port in ports
        if "127.0.0.1" not in port and not port.endswith("/udp")
    }
    assert outside == {"caddy"}
    assert compose()["networks"]["inner"]["internal"]


def test_every_image_has_a_version() -> None:
    images = {service["image"] for service in services().values()}
    assert all(re.fullmatch(r"[a-z/]+:[\w.-]+", image) for image in images), images
    assert not [image for image in images if image.endswith(":latest")]


def test_the_image_takes_only_files_that_exist_and_reach_the_builder() -> None:
    sent = [line[1:] for line in text("Dockerfile.dockerignore").splitlines() if line[:1] == "!"]
    copied = [
        source
        for word, rest in instructions("Dockerfile")
        if word == "COPY" and not rest.startswith("--from")
        for source in rest.split()[:-1]
    ]
    assert set(copied) == set(sent)
    assert all((ROOT / source).exists() for source in copied)


def test_the_image_holds_every_package_that_a_node_may_need_by_its_hash() -> None:
    commands = [rest for word, rest in instructions("Dockerfile") if "awk" in rest]
    assert all("--require-hashes" in command for command in commands)
    [command] = [command for command in commands if "asyncpg" in command]
    taken = re.search(r"\^\(([\w|-]+)\)==", command)
    assert taken
    alone = {pin.split("==")[0] for pin in pins("requirements.lock")}
    more = {pin.split("==")[0] for pin in pins("requirements-dev.lock")} & set(taken[1].split("|"))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = [*project["dependencies"]]
    wanted += [
        one for extra in ("postgres", "redis") for one in project["optional-dependencies"][extra]
    ]
    assert needed(wanted) <= alone | more


def needed(requirements: Iterable[str], known: frozenset[str] = frozenset()) -> set[str]:
    """Names of all packages that these lead to, as installed here."""
    found = set(known)
    for requirement in map(Requirement, requirements):
        name = canonicalize_name(requirement.name)
        asked = [f"{name}[{extra}]" for extra in requirement.extras] or [name]
        for one in set(asked) - found:
            found.add(one)
            extras = requirement.extras | {""}
            leads_to = [
                line
                for line in importlib.metadata.requires(name) or []
                if (marker := Requirement(line).marker) is None
                or any(marker.evaluate({"extra": extra}) for extra in extras)
            ]
            found |= needed(leads_to, frozenset(found | {name}))
    return {name for name in found if "[" not in name}


def test_the_image_runs_for_nobody_in_particular() -> None:
    said = dict(instructions("Dockerfile"))
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", said["USER"])
    assert json.loads(said["ENTRYPOINT"]) == ["python", "-m", "evalroom"]
    assert json.loads(said["CMD"])[0] in COMMANDS
    assert services()["node-1"]["volumes"] == [f"data:{said['VOLUME']}"]


def test_the_service_is_well_formed_and_sandboxed() -> None:
    # Directives may stand twice, each with an = and without one around: nothing else may.
    parser = ConfigParser(strict=False, interpolation=None, delimiters=("=",), comment_prefixes="#")
    parser.read_string(text("evalroom.service"))
    assert parser.sections() == ["Unit", "Service", "Install"]
    directives = unit()
    assert {name: directives[name] for name in SANDBOX} == {k: [v] for k, v in SANDBOX.items()}
    [start] = directives["ExecStart"]
    words = start.split()
    assert words[1:3] == ["-m", "evalroom"]
    assert words[3] in COMMANDS
    assert words[0].startswith(directives["WorkingDirectory"][0])


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd on this machine")
def test_systemd_knows_every_directive_of_the_service(tmp_path: Path) -> None:
    here = tmp_path / "evalroom.service"
    # The only thing that is not so here: the program lies elsewhere.
    here.write_text(re.sub(r"(?m)^ExecStart=\S+", "ExecStart=/bin/true", text("evalroom.service")))
    done = subprocess.run(
        ["systemd-analyze", "verify", here], capture_output=True, text=True, check=False
    )
    about = [line for line in done.stderr.splitlines() if "evalroom.service" in line]
    assert (done.returncode, about) == (0, [])


def test_the_proxy_asks_for_what_nodes_answer() -> None:
    caddy = re.sub(r"(?m)#.*$", "", text("Caddyfile"))
    assert caddy.count("{") == caddy.count("}")
    paths = {route.path for route in ROUTES}
    assert set(re.findall(r"health_uri (\S+)", caddy)) == {"/readyz"} <= paths
    assert not re.search(r"(?m)^\s*(header_up|encode|log)\b", caddy)


@pytest.mark.skipif(not shutil.which("caddy"), reason="no Caddy on this machine")
@pytest.mark.parametrize("tls", ["internal", "somebody@centre.example"])
def test_caddy_understands_its_file(tls: str) -> None:
    done = subprocess.run(
        ["caddy", "adapt", "--config", DEPLOY / "Caddyfile"],
        env={"ROOM_DOMAIN": "room.example", "ROOM_TLS": tls, "ROOM_NODES": "a:8080 b:8080"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, "WARN" in done.stderr) == (0, False), done.stderr
    assert '{"dial":"a:8080"},{"dial":"b:8080"}' in done.stdout


def test_what_is_backed_up_is_what_a_node_keeps() -> None:
    script = text("backup.py")
    assert all(f'"{name}"' in script for name in (LEDGER, DIRECTORY, DOCUMENTS, "keys.json"))


def test_every_file_for_operators_is_mentioned_in_their_manual() -> None:
    manual = OPERATIONS.read_text("utf-8")
    ignored = ("__pycache__", ".env", "*.dockerignore")
    files = [p.name for p in DEPLOY.iterdir() if not any(fnmatch(p.name, i) for i in ignored)]
    assert [name for name in files if name not in manual] == []
    assert len(manual.splitlines()) < 350
