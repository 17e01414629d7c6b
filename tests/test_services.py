"""The JavaScript peer is the real one."""

import json

import pytest

from tests.services import NODE_FOLDER, Node, install_node_packages


@pytest.mark.interop
async def test_the_peer_is_the_stock_client_that_browsers_load(node: Node) -> None:
    process = await node.start("peers.js")
    said, complained = await process.communicate()
    assert process.returncode == 0, complained.decode()
    wanted = json.loads((NODE_FOLDER / "package.json").read_text())["dependencies"]
    peers = json.loads(said)
    assert peers["client"] == wanted["socket.io-client"]
    assert peers["client"].startswith("4.8.")
    # Version 5 of the Socket.IO protocol is the one that docs/protocol.md describes.
    assert (peers["connects"], peers["protocol"]) == ("function", 5)


@pytest.mark.interop
@pytest.mark.usefixtures("node")
def test_what_is_installed_is_not_installed_again() -> None:
    assert install_node_packages() is False
