"""The contract of a bus. The ledger is the truth; nothing that is right may depend on a message.

A message reaches, at best, every other node that subscribes to its topic, and never the one that
published it. What does not open under the cluster key is dropped and counted.
"""

from collections.abc import Callable
from typing import Final, Protocol

TOPIC_LENGTH: Final = 128
"""A session's topic is 40 characters, a stream's not much more; a bus's server sees it in clear."""
MESSAGE_BYTES: Final = 1 << 20
"""A key frame of a screen stream, the largest thing that ever crosses, with room to spare."""

Heard = Callable[[bytes], None]


class Bus(Protocol):
    """How nodes of one cluster hear of each other."""

    @property
    def up(self) -> bool:
        """Whether other nodes can be heard at all."""
        ...

    @property
    def dropped(self) -> int:
        """Messages that came and were not delivered: forged, repeated, damaged, or too many."""
        ...

    def publish(self, topic: str, message: bytes) -> None:
        """Tell the other nodes. Never raises for the state of the bus, and never waits.

        Raises ValueError for a topic or a message over its limit: that is the caller's fault.
        """
        ...

    def subscribe(self, topic: str, heard: Heard) -> Callable[[], None]:
        """Hear what other nodes publish under `topic`, until the returned function is called."""
        ...

    def watch(self, changed: Callable[[bool], None]) -> Callable[[], None]:
        """Be told when the bus comes up (True) or goes down, until the function is called."""
        ...


def check_size(topic: str, message: bytes) -> None:
    """Raise ValueError for what no bus carries."""
    if not 0 < len(topic) <= TOPIC_LENGTH:
        raise ValueError(f"a topic has 1 to {TOPIC_LENGTH} characters, not {len(topic)}")
    if len(message) > MESSAGE_BYTES:
        raise ValueError(f"a message has at most {MESSAGE_BYTES} bytes, not {len(message)}")
