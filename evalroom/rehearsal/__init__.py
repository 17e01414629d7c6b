"""Simulated members and officers as real clients of a running node: they log in, join, act, lose
their link, come back.

It is the drill a centre holds before the day, the demonstration, and the generator of load. Nothing
here reaches into the server: every part plays by HTTP and Socket.IO, as a browser would.
"""
