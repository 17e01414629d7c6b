"""How a browser reaches a room."""
