"""Pictures and sound in deploy/: ports, addresses and the relay fit each other, the nodes, and what
the manual tells an operator to open.
"""

import re
from typing import Final

from evalroom.app.monitoring import settings_of, turn_of
from evalroom.config import Config, Ports, read_config
from tests.test_deploy import NODES, OPERATIONS, filled_in, services, text, unit

MOST: Final = 512
"""Docker keeps a process for each port that it publishes, unless it is told not to."""


def relay_ports() -> Ports:
    said = dict(re.findall(r"(?m)^(m\w+-port)=(\d+)$", text("coturn.conf")))
    return Ports(int(said["min-port"]), int(said["max-port"]))


def config(name: str) -> Config:
    return read_config(None, filled_in(name))


def test_each_node_has_media_ports_of_its_own_published_as_they_are_bound() -> None:
    taken = set(range(relay_ports().first, relay_ports().last + 1)) | {3478, 5349}
    for name in NODES:
        ports = config(name).media_ports
        [published] = [port for port in services()[name]["ports"] if port.endswith("/udp")]
        assert published == f"{ports}:{ports}/udp"
        bound = set(range(ports.first, ports.last + 1))
        assert len(bound) <= MOST
        assert not bound & taken, name
        taken |= bound


def test_nodes_announce_the_machine_and_bind_once() -> None:
    for name in NODES:
        settings = settings_of(config(name))
        # Inside of a container there are several addresses, none of which anybody knows outside.
        assert (settings.announced, settings.addresses) == ("203.0.113.7", ())


def test_nodes_and_relay_know_the_same_secret_and_each_other() -> None:
    told = services()["coturn"]["command"]
    assert "--static-auth-secret=${TURN_SECRET:?}" in told
    assert "--allowed-peer-ip=${MEDIA_ADDRESS:?}" in told
    assert "profiles" not in services()["coturn"]
    for name in NODES:
        turn = turn_of(config(name))
        assert turn is not None
        assert services()[name]["environment"]["EVALROOM_TURN_SECRET"] == "${TURN_SECRET:?}"
        urls = [f"turn:203.0.113.7:3478?transport={way}" for way in ("udp", "tcp")]
        assert list(config(name).turn) == urls


def test_the_relay_keeps_out_of_the_way_of_the_nodes_and_of_everybody_else() -> None:
    said = dict(re.findall(r"(?m)^([\w-]+)=(.+)$", text("coturn.conf")))
    low, high = int(said["min-port"]), int(said["max-port"])
    # Nodes have 50000-51999 for pictures and sound of their own.
    assert low < high < 50_000
    assert int(said["total-quota"]) <= high - low + 1
    assert (said["listening-port"], said["tls-listening-port"]) == ("3478", "5349")
    assert "static-auth-secret" not in said
    denied = re.findall(r"(?m)^denied-peer-ip=(.+)$", text("coturn.conf"))
    assert "0.0.0.0-255.255.255.255" in denied


def test_the_service_lets_pictures_and_sound_in() -> None:
    directives = unit()
    allowed = " ".join(directives["IPAddressAllow"]).split()
    assert {"localhost", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"} <= set(allowed)
    # By which a node asks for the addresses of its machine.
    assert "AF_NETLINK" in directives["RestrictAddressFamilies"][0].split()


def test_the_manual_names_the_ports_to_open() -> None:
    manual = OPERATIONS.read_text("utf-8")
    ranges = [config(name).media_ports for name in NODES]
    assert f"{ranges[0].first}-{ranges[-1].last}" in manual
    assert str(relay_ports()) in manual
    assert str(Config().media_ports) in manual
