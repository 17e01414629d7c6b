"""The history of the directory's tables, applied when a node starts; shipped inside the package."""
