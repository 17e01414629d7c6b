"""The bus over a Redis or Valkey server: plain publish and subscribe, over connections of our own.

`RedisBus` is the bus, `read_address` reads what an operator writes, `tls_with` tries out the files
it names.
"""

from evalroom.bus.redis.address import RedisAddress, read_address
from evalroom.bus.redis.bus import RedisBus
from evalroom.bus.redis.reasons import Lost
from evalroom.bus.redis.servers import tls_with

__all__ = ["Lost", "RedisAddress", "RedisBus", "read_address", "tls_with"]
