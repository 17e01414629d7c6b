from collections.abc import Callable
from typing import Any

from socketio.packet import Packet

class AsyncClient:
    eio: Any
    sid: str | None
    connected: bool
    namespaces: dict[str, str]
    # Keywords that are not named here go to engineio.AsyncClient.
    def __init__(
        self,
        reconnection: bool = True,
        reconnection_attempts: int = 0,
        reconnection_delay: float = 1,
        reconnection_delay_max: float = 5,
        randomization_factor: float = 0.5,
        logger: Any = False,
        serializer: str | type[Packet] = "default",
        json: Any = None,
        handle_sigint: bool = True,
        **kwargs: Any,
    ) -> None: ...
    def on(
        self, event: str, handler: Callable[..., Any] | None = None, namespace: str | None = None
    ) -> Any: ...
    async def connect(
        self,
        url: str | Callable[[], str],
        headers: dict[str, str] | Callable[[], dict[str, str]] = ...,
        auth: Any = None,
        transports: list[str] | None = None,
        namespaces: list[str] | str | None = None,
        socketio_path: str = "socket.io",
        wait: bool = True,
        wait_timeout: float = 1,
        retry: bool = False,
    ) -> None: ...
    async def wait(self) -> None: ...
    async def emit(
        self,
        event: str,
        data: Any = None,
        namespace: str | None = None,
        callback: Callable[..., Any] | None = None,
    ) -> None: ...
    async def call(
        self, event: str, data: Any = None, namespace: str | None = None, timeout: float | None = 60
    ) -> Any: ...
    async def disconnect(self) -> None: ...
    async def shutdown(self) -> None: ...
    def get_sid(self, namespace: str | None = None) -> str | None: ...
