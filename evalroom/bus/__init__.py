"""What one node tells the others: hints that may be lost, late, doubled or out of order."""
