"""Where things are kept: the ledger (who did what), the directory (who and what there is), blobs.

The order of writes is blob, directory, ledger: what nothing names may lie about, what is named is
always there. A ledger names documents by hash.
"""
