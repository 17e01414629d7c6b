from collections.abc import Callable
from typing import Any, Literal

import engineio
from socketio.async_manager import AsyncManager
from socketio.async_namespace import AsyncNamespace
from socketio.packet import Packet

class AsyncServer:
    eio: engineio.AsyncServer
    manager: AsyncManager
    reason: Any
    packet_class: type[Packet]
    environ: dict[str, dict[str, Any]]
    handlers: dict[str, dict[str, Callable[..., Any]]]
    namespace_handlers: dict[str, AsyncNamespace]
    # Keywords that are not named here go to engineio.AsyncServer.
    def __init__(
        self,
        client_manager: Any = None,
        logger: Any = False,
        json: Any = None,
        async_handlers: bool = True,
        namespaces: list[str] | Literal["*"] | None = None,
        *,
        serializer: str | type[Packet] = "default",
        always_connect: bool = False,
        engineio_logger: Any = ...,
        **kwargs: Any,
    ) -> None: ...
    def attach(self, app: Any, socketio_path: str = "socket.io") -> None: ...
    def on(
        self, event: str, handler: Callable[..., Any] | None = None, namespace: str | None = None
    ) -> Any: ...
    def register_namespace(self, namespace_handler: AsyncNamespace) -> None: ...
    async def emit(
        self,
        event: str,
        data: Any = None,
        to: str | list[str] | None = None,
        room: str | None = None,
        skip_sid: str | list[str] | None = None,
        namespace: str | None = None,
        callback: Callable[..., Any] | None = None,
        ignore_queue: bool = False,
    ) -> None: ...
    async def disconnect(
        self, sid: str, namespace: str | None = None, ignore_queue: bool = False
    ) -> None: ...
    async def enter_room(self, sid: str, room: str, namespace: str | None = None) -> None: ...
    def get_environ(self, sid: str, namespace: str | None = None) -> dict[str, Any] | None: ...
    async def shutdown(self) -> None: ...
    # Private, and used by evalroom.signaling.fast_path alone
    def _engineio_server_class(self) -> type[engineio.AsyncServer]: ...
    async def _handle_eio_message(self, eio_sid: str, data: str | bytes) -> None: ...
    async def _handle_connect(self, eio_sid: str, namespace: str | None, data: Any) -> None: ...
    async def _handle_disconnect(
        self, eio_sid: str, namespace: str | None, reason: str | None = None
    ) -> None: ...
    async def _handle_event(
        self, eio_sid: str, namespace: str | None, id: int | None, data: list[Any]
    ) -> None: ...
