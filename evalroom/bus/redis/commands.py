"""Commands as Redis reads them (RESP): an array of strings, each with its length."""

from typing import Final


def command(*words: str | bytes) -> bytes:
    """A whole command."""
    parts = [word.encode() if isinstance(word, str) else word for word in words]
    return b"*%d\r\n" % len(parts) + b"".join(b"$%d\r\n%b\r\n" % (len(p), p) for p in parts)


def publish(topic: bytes, envelope: bytes) -> bytes:
    """The one command that is sent all the time, in one step."""
    return b"*3\r\n$7\r\nPUBLISH\r\n$%d\r\n%b\r\n$%d\r\n%b\r\n" % (
        len(topic),
        topic,
        len(envelope),
        envelope,
    )


PING: Final = command("PING")
