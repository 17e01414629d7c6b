from socketio import exceptions as exceptions
from socketio.async_client import AsyncClient as AsyncClient
from socketio.async_namespace import AsyncNamespace as AsyncNamespace
from socketio.async_server import AsyncServer as AsyncServer
