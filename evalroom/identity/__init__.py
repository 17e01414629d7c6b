"""Who is speaking, and the keys that speak for the server."""
