"""Addresses of network cameras, sealed: whoever steals the directory's file steals no password."""

from collections.abc import Callable
from typing import Final

from evalroom.storage.sealing import AtRestKeys, Seal

USE: Final = b"cameras"


class CameraAddresses:
    """Seals and opens them; an address opens under its own camera's id alone."""

    def __init__(self, keys: AtRestKeys, random: Callable[[int], bytes]) -> None:
        self._seal = Seal(keys, USE, random)

    def seal(self, camera: str, url: str) -> bytes:
        """What the directory keeps."""
        return self._seal.seal(url.encode(), camera.encode())

    def open(self, camera: str, sealed: bytes) -> str:
        """The address. Raises `SealBroken`."""
        return self._seal.open(sealed, camera.encode()).decode()
