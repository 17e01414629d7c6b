from typing import Any

CONNECT: int
DISCONNECT: int
EVENT: int
ACK: int
CONNECT_ERROR: int
BINARY_EVENT: int
BINARY_ACK: int

class Packet:
    packet_type: int
    data: Any
    namespace: str | None
    id: int | None
    def __init__(
        self,
        packet_type: int = 2,
        data: Any = None,
        namespace: str | None = None,
        id: int | None = None,
        binary: bool | None = None,
        encoded_packet: Any = None,
    ) -> None: ...
    def encode(self) -> Any: ...
    def decode(self, encoded_packet: Any) -> Any: ...
