from collections.abc import Callable
from typing import Any, Literal

from msgpack.exceptions import (
    BufferFull as BufferFull,
    ExtraData as ExtraData,
    FormatError as FormatError,
    OutOfData as OutOfData,
    StackError as StackError,
    UnpackException as UnpackException,
)

def packb(
    o: Any,
    *,
    default: Callable[[Any], Any] | None = None,
    use_bin_type: bool = True,
    strict_types: bool = False,
    datetime: bool = False,
) -> bytes: ...
def unpackb(
    packed: bytes | bytearray | memoryview,
    *,
    raw: bool = False,
    timestamp: Literal[0, 1, 2, 3] = 0,
    strict_map_key: bool = True,
    use_list: bool = True,
    object_hook: Callable[[dict[Any, Any]], Any] | None = None,
    object_pairs_hook: Callable[[list[tuple[Any, Any]]], Any] | None = None,
    list_hook: Callable[[list[Any]], Any] | None = None,
    ext_hook: Callable[[int, bytes], Any] = ...,
    unicode_errors: str | None = None,
    max_str_len: int = -1,
    max_bin_len: int = -1,
    max_array_len: int = -1,
    max_map_len: int = -1,
    max_ext_len: int = -1,
) -> Any: ...
