"""EvalRoom: the room in which a remote bid evaluation happens."""

__version__ = "0.1.0"
