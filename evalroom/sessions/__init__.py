"""The domain: one evaluation session as a pure function of its ledger. No await, clock, randomness
or I/O below this line.
"""
