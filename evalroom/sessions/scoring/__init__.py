"""The score: exact, explained, and the same for whoever computes it.

`result` is what a session calls, `tally` the whole of it over a tender file, `trace` the same with
every step shown.
"""
