"""Recordings on the disk: encrypted segments, found by server time, cut and remuxed on demand."""
