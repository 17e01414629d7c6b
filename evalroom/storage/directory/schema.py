"""The tables of the directory as SQLAlchemy Core sees them; `migrations/` builds them, and a
test holds both together.

Times are integer milliseconds of server time. Secrets (log-in cookies, bearer tokens, pairing
codes) are kept as SHA-256 only: who steals the file cannot speak for anybody.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    false,
)

NAMING = {
    "pk": "pk_%(table_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ix": "ix_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
}
metadata = MetaData(naming_convention=NAMING)

# Lists are paged by these columns: their order must not be that of a server's locale.
Words = Text().with_variant(Text(collation="C"), "postgresql")
Serial = BigInteger().with_variant(Integer, "sqlite")

accounts = Table(
    "accounts",
    metadata,
    Column("id", Words, primary_key=True),
    Column("login", Words, nullable=False, unique=True),
    Column("name", Words, nullable=False),
    Column("password", Words),
    Column("disabled", Boolean, nullable=False),
    Column("created", BigInteger, nullable=False),
)

# One row an account: that nobody holds two of the three offices is the key of this table, not a
# check somebody may forget.
offices = Table(
    "offices",
    metadata,
    Column("account", Words, ForeignKey("accounts.id"), primary_key=True),
    Column("office", Words, nullable=False),
    Column("granted", BigInteger, nullable=False),
    Column("granted_by", Words),
    CheckConstraint("office IN ('system', 'security', 'audit')", name="office"),
)

logins = Table(
    "logins",
    metadata,
    Column("token_hash", LargeBinary, primary_key=True),
    Column("account", Words, ForeignKey("accounts.id"), nullable=False),
    Column("device", Words, nullable=False),
    Column("address", Words, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("seen", BigInteger, nullable=False),
    Column("expires", BigInteger, nullable=False),
    Column("ended", BigInteger),
    Index(None, "account", "device"),
)

bearers = Table(
    "bearers",
    metadata,
    Column("id", Words, primary_key=True),
    Column("secret_hash", LargeBinary, nullable=False),
    Column("account", Words, ForeignKey("accounts.id"), nullable=False, index=True),
    Column("label", Words, nullable=False),
    Column("scopes", Words, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("created_by", Words, nullable=False),
    Column("expires", BigInteger, nullable=False),
    Column("revoked", BigInteger),
)

# An account stands here again each time something of it ends: a log-in, a token, an office.
revocations = Table(
    "revocations",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("account", Words, ForeignKey("accounts.id"), nullable=False),
    Column("at", BigInteger, nullable=False, index=True),
    sqlite_autoincrement=True,
)

centers = Table(
    "centers",
    metadata,
    Column("id", Words, primary_key=True),
    Column("title", Words, nullable=False),
)

venues = Table(
    "venues",
    metadata,
    Column("id", Words, primary_key=True),
    Column("center", Words, ForeignKey("centers.id"), nullable=False, index=True),
    Column("title", Words, nullable=False),
)

workstations = Table(
    "workstations",
    metadata,
    Column("id", Words, primary_key=True),
    Column("venue", Words, ForeignKey("venues.id"), nullable=False, index=True),
    Column("title", Words, nullable=False),
    Column("device", Words, unique=True),
    Column("paired", BigInteger),
    Column("code_hash", LargeBinary, unique=True),
    Column("code_expires", BigInteger),
)

# The address is sealed with the at-rest key: it holds the camera's password.
cameras = Table(
    "cameras",
    metadata,
    Column("id", Words, primary_key=True),
    Column("venue", Words, ForeignKey("venues.id"), nullable=False, index=True),
    Column("title", Words, nullable=False),
    Column("host", Words, nullable=False),
    Column("address", LargeBinary, nullable=False),
    Column("enabled", Boolean, nullable=False),
)

# What the security office has asked to have deleted, and what the audit office has said to it.
footage_deletions = Table(
    "footage_deletions",
    metadata,
    Column("session", Words, ForeignKey("sessions.id"), primary_key=True),
    Column("reason", Words, nullable=False),
    Column("requested", BigInteger, nullable=False),
    Column("requested_by", Words, nullable=False),
    Column("confirmed", BigInteger),
    Column("confirmed_by", Words),
    Column("removed", BigInteger),
)

tenders = Table(
    "tenders",
    metadata,
    Column("id", Words, primary_key=True),
    Column("title", Words, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("sha256", Words, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("created_by", Words, nullable=False),
)

documents = Table(
    "documents",
    metadata,
    Column("sha256", Words, primary_key=True),
    Column("title", Words, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("media_type", Words, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("created_by", Words, nullable=False),
)

# An index only: the ledger is the truth about a session, and these two tables can be rebuilt
# from it.
sessions = Table(
    "sessions",
    metadata,
    Column("id", Words, primary_key=True),
    Column("title", Words, nullable=False),
    Column("state", Words, nullable=False),
    Column("tender", Words, ForeignKey("tenders.id"), index=True),
    Column("created", BigInteger, nullable=False),
    Column("created_by", Words, nullable=False),
    Column("rehearsal", Boolean, nullable=False, server_default=false()),
    Index(None, "created", "id"),
)

appointments = Table(
    "appointments",
    metadata,
    Column("session", Words, ForeignKey("sessions.id"), primary_key=True),
    Column("account", Words, ForeignKey("accounts.id"), primary_key=True, index=True),
    Column("member", Words),
    Column("roles", Words, nullable=False),
    Column("venue", Words),
    UniqueConstraint("session", "member", name="uq_appointments_member"),
)

audit = Table(
    "audit",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("at", BigInteger, nullable=False),
    Column("account", Words, index=True),
    Column("act", Words, nullable=False),
    Column("subject", Words),
    Column("outcome", Words, nullable=False),
    Column("address", Words),
    Column("detail", Words, nullable=False),
    sqlite_autoincrement=True,
)
