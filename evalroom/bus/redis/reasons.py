"""Why there is no bus, in words for the operator.

They never quote a server: it repeats commands in its complaints, and with them a password. Of a
refusal its code is told, the first word.
"""

import os
import socket
import ssl


class Lost(Exception):
    """There is no connection, or no longer; `str` of it says why, and holds no secret."""


class Refusal(Exception):
    """A server's complaint about a command. Not to be shown: it may quote the command."""

    @property
    def code(self) -> str:
        """Its first word, such as NOPERM."""
        word = str(self).partition(" ")[0]
        return word if word.isascii() and word.isupper() and len(word) <= 20 else "ERR"


def words_of(error: OSError | Lost | Refusal) -> str:
    """What went wrong, without the values it happened with."""
    match error:
        case Lost():
            return str(error)
        case Refusal():
            return f"it refuses what a node needs: {error.code}"
        case ssl.SSLCertVerificationError():
            return f"its certificate is not accepted: {error.verify_message}"
        case ssl.SSLError():
            return f"it does not speak TLS as we do: {getattr(error, 'reason', None) or 'SSL'}"
        case socket.gaierror():
            return str(error.strerror)
        case TimeoutError():
            return "it does not answer"
        case OSError(errno=int(number)):
            return os.strerror(number)
        case _:
            return type(error).__name__
