"""The eyes of a session: what is shown and said, passed on to whoever may see and hear it."""
