"""The tender: its value, the reading of its file, and whether it fits together and is lawful."""
