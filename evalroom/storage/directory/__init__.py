"""The directory: accounts, offices, log-ins, venues, tenders, documents, the index of sessions,
and the log of all that.

`Directory` opens it, in a file or on a server, and runs each function inside a transaction of its
own; the functions live one file a matter (`accounts`, `logins`, `bearers`, `revocations`, `venues`,
`cameras`, `tenders`, `documents`, `sessions`, `footage_deletions`, `audit`) and take the connection
first:

    await directory.read(accounts.by_id, account_id)
    await directory.write(audit.recorded, trace, accounts.withdraw, account_id, now)
"""

from evalroom.storage.directory.engine import MAX_WAITING, Directory
from evalroom.storage.directory.pages import MAX_PAGE, Page

__all__ = ["MAX_PAGE", "MAX_WAITING", "Directory", "Page"]
