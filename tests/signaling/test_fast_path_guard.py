"""Guards the private names under the direct path: fails at every upgrade, on purpose.

Read what has changed in the libraries, go through `evalroom/signaling/fast_path`, and only then
write the new versions and fingerprints here.
"""

import hashlib
import importlib
import importlib.metadata
import inspect
import operator
from collections.abc import Callable
from typing import Any

import pytest

import engineio
import socketio
from engineio.async_socket import AsyncSocket
from evalroom.signaling.fast_path import DirectEngine, DirectServer, DirectSocket
from evalroom.signaling.fast_path.server import StrictPacket
from socketio.msgpack_packet import MsgPackPacket

PINS = {"python-engineio": "4.15.1", "python-socketio": "5.18.1"}

# Every method that is overridden, or leaned on for more than its manual says
FINGERPRINTS = {
    "engineio.async_socket:AsyncSocket.__init__": "8532b631a4dc815f",
    "engineio.async_socket:AsyncSocket.poll": "826f58a9f3606db2",
    "engineio.async_socket:AsyncSocket.receive": "a91ae36ec2fb5340",
    "engineio.async_socket:AsyncSocket.send": "0437276ccba7ab09",
    "engineio.async_socket:AsyncSocket.handle_get_request": "05eaae9f0a60d9be",
    "engineio.async_socket:AsyncSocket.handle_post_request": "82dca119a261a959",
    "engineio.async_socket:AsyncSocket.close": "faa2e93902543244",
    "engineio.async_socket:AsyncSocket.schedule_ping": "fe316639159cd70d",
    "engineio.async_socket:AsyncSocket._upgrade_websocket": "820b83efe96adb98",
    "engineio.async_server:AsyncServer.handle_request": "1a8c878e35166cfe",
    "engineio.async_server:AsyncServer._handle_connect": "5bd7edc1d1ae115a",
    "engineio.async_server:AsyncServer._trigger_event": "4a09b6e47eb66532",
    "engineio.async_server:AsyncServer._ok": "b8f717402eac2b0d",
    "engineio.async_server:AsyncServer._bad_request": "af66afac6f6c67db",
    "engineio.async_server:AsyncServer._log_error_once": "dccbb5602dc46a09",
    "engineio.async_server:AsyncServer._upgrades": "040ebcdf64fbf1b3",
    "engineio.async_server:AsyncServer._get_socket": "ae2f99e66d632944",
    "socketio.async_server:AsyncServer._engineio_server_class": "199c42bf149247e0",
    "socketio.async_server:AsyncServer._send_packet": "a00022b42c1c29e9",
    "socketio.async_server:AsyncServer._handle_eio_connect": "76704886d944a7e6",
    "socketio.async_server:AsyncServer._handle_eio_message": "bef50fc0e1635921",
    "socketio.async_server:AsyncServer._handle_eio_disconnect": "9344593148b66fd9",
    "socketio.async_server:AsyncServer._handle_connect": "c97c480cf777de36",
    "socketio.async_server:AsyncServer._handle_disconnect": "c0b32ada5b371230",
    "socketio.async_server:AsyncServer._handle_event": "65178105ef8b593d",
    "socketio.async_server:AsyncServer._trigger_event": "01ba90cfa09ba43e",
    "socketio.async_manager:AsyncManager.sid_from_eio_sid": "15467098a36bcd71",
    "socketio.async_manager:AsyncManager.eio_sid_from_sid": "b0c0aeb5430d5248",
    "socketio.async_manager:AsyncManager.is_connected": "d37721466718b4f4",
    "socketio.async_manager:AsyncManager.pre_connect": "84f2cdf2a4ddf07c",
    "socketio.async_manager:AsyncManager.disconnect": "88bed2cbade06a57",
    "socketio.msgpack_packet:MsgPackPacket.encode": "4c5beae940111652",
    "socketio.msgpack_packet:MsgPackPacket.decode": "58fe4550c9cfcd13",
    "socketio.packet:Packet.__init__": "5fe2fa797e082c1d",
    "engineio.async_drivers.aiohttp:translate_request": "20aa782740060790",
    "engineio.async_drivers.aiohttp:create_route": "0bb365240a062488",
}


def method(name: str) -> Callable[..., Any]:
    """The function of that name, which is a module, a colon and a path within it."""
    module, _, path = name.partition(":")
    found: Callable[..., Any] = operator.attrgetter(path)(importlib.import_module(module))
    return found


def fingerprint(name: str) -> str:
    return hashlib.sha256(inspect.getsource(method(name)).encode()).hexdigest()[:16]


@pytest.mark.rule("W24")
@pytest.mark.parametrize("package", PINS)
def test_the_libraries_are_the_ones_that_were_read(package: str) -> None:
    assert importlib.metadata.version(package) == PINS[package]


@pytest.mark.rule("W24")
@pytest.mark.parametrize("name", FINGERPRINTS)
def test_what_the_direct_path_leans_on_is_as_it_was(name: str) -> None:
    assert fingerprint(name) == FINGERPRINTS[name], (
        f"{name} has changed: read it, and go through evalroom/signaling/fast_path"
    )


@pytest.mark.rule("W24")
def test_each_override_has_a_fingerprint_of_what_it_overrides() -> None:
    known = {method(name) for name in FINGERPRINTS}
    for ours, theirs in (
        (DirectSocket, AsyncSocket),
        (DirectEngine, engineio.AsyncServer),
        (DirectServer, socketio.AsyncServer),
        (StrictPacket, MsgPackPacket),
    ):
        for name, member in vars(ours).items():
            overridden = getattr(theirs, name, None)
            if inspect.isfunction(member) and overridden is not None and name != "__init__":
                assert overridden in known, f"no fingerprint of {overridden.__qualname__}"
