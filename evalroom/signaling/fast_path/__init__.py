"""Socket.IO's own server with a shorter way out: the only code that leans on private names of it.

python-socketio and python-engineio keep what they do well: the HTTP handshake, polling, the
upgrade, namespaces and their sids. Where they need a queue, a task and four coroutines for each
packet and reader, a `DirectSocket` needs one `DirectWriter`. It also reads in a plain loop: a
message is taken after the one before it, which is what bounds a flood.

The private names stand on exact versions (`pyproject.toml`), and a test fails loudly when what
they name has changed. What an overridden method must keep is said on it.
"""

from evalroom.signaling.fast_path.direct_socket import DirectSocket, Timings
from evalroom.signaling.fast_path.engine import DirectEngine
from evalroom.signaling.fast_path.server import DirectServer, Edge

__all__ = ["DirectEngine", "DirectServer", "DirectSocket", "Edge", "Timings"]
