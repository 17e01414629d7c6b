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
)

NAMING = {
    "pk": "pk_%(table_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ix": "ix_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
}
metadata = MetaData(naming_convention=NAMING)

Serial = BigInteger().with_variant(Integer, "sqlite")

accounts = Table(
    "accounts",
    metadata,
    Column("id", Text, primary_key=True),
    Column("login", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("password", Text),
    Column("disabled", Boolean, nullable=False),
    Column("created", BigInteger, nullable=False),
)

# One row an account: that nobody holds two of the three offices is the key of this table, not a
# check somebody may forget.
offices = Table(
    "offices",
    metadata,
    Column("account", Text, ForeignKey("accounts.id"), primary_key=True),
    Column("office", Text, nullable=False),
    Column("granted", BigInteger, nullable=False),
    Column("granted_by", Text),
    CheckConstraint("office IN ('system', 'security', 'audit')", name="office"),
)

logins = Table(
    "logins",
    metadata,
    Column("token_hash", LargeBinary, primary_key=True),
    Column("account", Text, ForeignKey("accounts.id"), nullable=False),
    Column("device", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("seen", BigInteger, nullable=False),
    Column("expires", BigInteger, nullable=False),
    Column("ended", BigInteger),
    Index(None, "account", "device"),
)

bearers = Table(
    "bearers",
    metadata,
    Column("id", Text, primary_key=True),
    Column("secret_hash", LargeBinary, nullable=False),
    Column("account", Text, ForeignKey("accounts.id"), nullable=False, index=True),
    Column("label", Text, nullable=False),
    Column("scopes", Text, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("expires", BigInteger, nullable=False),
    Column("revoked", BigInteger),
)

centers = Table(
    "centers",
    metadata,
    Column("id", Text, primary_key=True),
    Column("title", Text, nullable=False),
)

venues = Table(
    "venues",
    metadata,
    Column("id", Text, primary_key=True),
    Column("center", Text, ForeignKey("centers.id"), nullable=False, index=True),
    Column("title", Text, nullable=False),
)

workstations = Table(
    "workstations",
    metadata,
    Column("id", Text, primary_key=True),
    Column("venue", Text, ForeignKey("venues.id"), nullable=False, index=True),
    Column("title", Text, nullable=False),
    Column("device", Text, unique=True),
    Column("paired", BigInteger),
    Column("code_hash", LargeBinary, unique=True),
    Column("code_expires", BigInteger),
)

tenders = Table(
    "tenders",
    metadata,
    Column("id", Text, primary_key=True),
    Column("title", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("created_by", Text, nullable=False),
)

documents = Table(
    "documents",
    metadata,
    Column("sha256", Text, primary_key=True),
    Column("title", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("created_by", Text, nullable=False),
)

# An index only: the ledger is the truth about a session, and these two tables can be rebuilt
# from it.
sessions = Table(
    "sessions",
    metadata,
    Column("id", Text, primary_key=True),
    Column("title", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("tender", Text, ForeignKey("tenders.id"), index=True),
    Column("created", BigInteger, nullable=False),
    Column("created_by", Text, nullable=False),
    Index(None, "created", "id"),
)

appointments = Table(
    "appointments",
    metadata,
    Column("session", Text, ForeignKey("sessions.id"), primary_key=True),
    Column("account", Text, ForeignKey("accounts.id"), primary_key=True, index=True),
    Column("member", Text),
    Column("roles", Text, nullable=False),
    Column("venue", Text),
    UniqueConstraint("session", "member", name="uq_appointments_member"),
)

audit = Table(
    "audit",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("at", BigInteger, nullable=False),
    Column("account", Text, index=True),
    Column("act", Text, nullable=False),
    Column("subject", Text),
    Column("outcome", Text, nullable=False),
    Column("address", Text),
    Column("detail", Text, nullable=False),
    sqlite_autoincrement=True,
)
