from asyncio import Queue
from collections.abc import Callable
from typing import Any

from engineio.packet import Packet

class AsyncServer:
    reason: Any
    sockets: dict[str, Any]
    ping_interval: float
    ping_timeout: float
    def __init__(
        self,
        async_mode: str | None = None,
        ping_interval: float | tuple[float, float] = 25,
        ping_timeout: float = 20,
        max_http_buffer_size: int = 1000000,
        allow_upgrades: bool = True,
        http_compression: bool = True,
        compression_threshold: int = 1024,
        cookie: str | dict[str, Any] | None = None,
        cors_allowed_origins: Any = None,
        cors_credentials: bool = True,
        logger: Any = False,
        json: Any = None,
        async_handlers: bool = True,
        monitor_clients: bool | None = None,
        transports: str | list[str] | None = None,
        **kwargs: Any,
    ) -> None: ...
    def on(self, event: str, handler: Callable[..., Any] | None = None) -> Any: ...
    def create_queue(self, *args: Any, **kwargs: Any) -> Queue[Any]: ...
    async def send(self, sid: str, data: Any) -> None: ...
    async def send_packet(self, sid: str, pkt: Packet) -> None: ...
    async def disconnect(self, sid: str | None = None) -> None: ...
    async def handle_request(self, *args: Any, **kwargs: Any) -> Any: ...
    async def shutdown(self) -> None: ...
    # Private, and used by evalroom.signaling.fast_path alone
    def generate_id(self) -> str: ...
    async def _handle_connect(
        self, environ: Any, transport: str, jsonp_index: int | None = None
    ) -> Any: ...
    async def _trigger_event(self, event: str, *args: Any, run_async: bool = False) -> Any: ...
    def _upgrades(self, sid: str, transport: str) -> list[str]: ...
    def _ok(
        self,
        packets: list[Packet] | None = None,
        headers: list[tuple[str, str]] | None = None,
        jsonp_index: int | None = None,
    ) -> dict[str, Any]: ...
    def _bad_request(self, message: str | None = None) -> dict[str, Any]: ...
    def _log_error_once(self, message: str, message_key: str) -> None: ...
