from typing import Any

class AsyncManager:
    rooms: dict[str, dict[str | None, Any]]
    callbacks: dict[str, Any]
    pending_connect: dict[str, list[str]]
    pending_disconnect: dict[str, list[str]]
    def sid_from_eio_sid(self, eio_sid: str, namespace: str) -> str | None: ...
    def eio_sid_from_sid(self, sid: str, namespace: str) -> str | None: ...
    def is_connected(self, sid: str, namespace: str) -> bool: ...
