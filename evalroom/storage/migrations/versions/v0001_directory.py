"""The directory as it began: accounts and offices, log-ins and tokens, places, papers,
sessions, and the audit log.
"""

import sqlalchemy as sa
from alembic import op

revision: str = "0001"
down_revision: str | None = None
branch_labels: str | None = None
depends_on: str | None = None

# Lists are paged by these columns: their order must not be that of a server's locale.
WORDS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    _accounts()
    _credentials()
    _places()
    _papers()
    _sessions()
    _audit_log()
    _only_grows()


def _accounts() -> None:
    op.create_table(
        "accounts",
        sa.Column("id", WORDS, nullable=False),
        sa.Column("login", WORDS, nullable=False),
        sa.Column("name", WORDS, nullable=False),
        sa.Column("password", WORDS, nullable=True),
        sa.Column("disabled", sa.Boolean(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts")),
        sa.UniqueConstraint("login", name=op.f("uq_accounts_login")),
    )
    op.create_table(
        "offices",
        sa.Column("account", WORDS, nullable=False),
        sa.Column("office", WORDS, nullable=False),
        sa.Column("granted", sa.BigInteger(), nullable=False),
        sa.Column("granted_by", WORDS, nullable=True),
        sa.CheckConstraint(
            "office IN ('system', 'security', 'audit')", name=op.f("ck_offices_office")
        ),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name=op.f("fk_offices_account")),
        sa.PrimaryKeyConstraint("account", name=op.f("pk_offices")),
    )


def _credentials() -> None:
    op.create_table(
        "logins",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("account", WORDS, nullable=False),
        sa.Column("device", WORDS, nullable=False),
        sa.Column("address", WORDS, nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("seen", sa.BigInteger(), nullable=False),
        sa.Column("expires", sa.BigInteger(), nullable=False),
        sa.Column("ended", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name=op.f("fk_logins_account")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_logins")),
    )
    op.create_index(op.f("ix_logins_account"), "logins", ["account", "device"], unique=False)
    op.create_table(
        "bearers",
        sa.Column("id", WORDS, nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("account", WORDS, nullable=False),
        sa.Column("label", WORDS, nullable=False),
        sa.Column("scopes", WORDS, nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("created_by", WORDS, nullable=False),
        sa.Column("expires", sa.BigInteger(), nullable=False),
        sa.Column("revoked", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name=op.f("fk_bearers_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bearers")),
    )
    op.create_index(op.f("ix_bearers_account"), "bearers", ["account"], unique=False)


def _places() -> None:
    op.create_table(
        "centers",
        sa.Column("id", WORDS, nullable=False),
        sa.Column("title", WORDS, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_centers")),
    )
    op.create_table(
        "venues",
        sa.Column("id", WORDS, nullable=False),
        sa.Column("center", WORDS, nullable=False),
        sa.Column("title", WORDS, nullable=False),
        sa.ForeignKeyConstraint(["center"], ["centers.id"], name=op.f("fk_venues_center")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_venues")),
    )
    op.create_index(op.f("ix_venues_center"), "venues", ["center"], unique=False)
    op.create_table(
        "workstations",
        sa.Column("id", WORDS, nullable=False),
        sa.Column("venue", WORDS, nullable=False),
        sa.Column("title", WORDS, nullable=False),
        sa.Column("device", WORDS, nullable=True),
        sa.Column("paired", sa.BigInteger(), nullable=True),
        sa.Column("code_hash", sa.LargeBinary(), nullable=True),
        sa.Column("code_expires", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["venue"], ["venues.id"], name=op.f("fk_workstations_venue")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workstations")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_workstations_code_hash")),
        sa.UniqueConstraint("device", name=op.f("uq_workstations_device")),
    )
    op.create_index(op.f("ix_workstations_venue"), "workstations", ["venue"], unique=False)


def _papers() -> None:
    op.create_table(
        "tenders",
        sa.Column("id", WORDS, nullable=False),
        sa.Column("title", WORDS, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", WORDS, nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("created_by", WORDS, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tenders")),
    )
    op.create_table(
        "documents",
        sa.Column("sha256", WORDS, nullable=False),
        sa.Column("title", WORDS, nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("media_type", WORDS, nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("created_by", WORDS, nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_documents")),
    )


def _sessions() -> None:
    op.create_table(
        "sessions",
        sa.Column("id", WORDS, nullable=False),
        sa.Column("title", WORDS, nullable=False),
        sa.Column("state", WORDS, nullable=False),
        sa.Column("tender", WORDS, nullable=True),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("created_by", WORDS, nullable=False),
        sa.ForeignKeyConstraint(["tender"], ["tenders.id"], name=op.f("fk_sessions_tender")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sessions")),
    )
    op.create_index(op.f("ix_sessions_created"), "sessions", ["created", "id"], unique=False)
    op.create_index(op.f("ix_sessions_tender"), "sessions", ["tender"], unique=False)
    op.create_table(
        "appointments",
        sa.Column("session", WORDS, nullable=False),
        sa.Column("account", WORDS, nullable=False),
        sa.Column("member", WORDS, nullable=True),
        sa.Column("roles", WORDS, nullable=False),
        sa.Column("venue", WORDS, nullable=True),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name=op.f("fk_appointments_account")),
        sa.ForeignKeyConstraint(["session"], ["sessions.id"], name=op.f("fk_appointments_session")),
        sa.PrimaryKeyConstraint("session", "account", name=op.f("pk_appointments")),
        sa.UniqueConstraint("session", "member", name="uq_appointments_member"),
    )
    op.create_index(op.f("ix_appointments_account"), "appointments", ["account"], unique=False)


def _audit_log() -> None:
    op.create_table(
        "audit",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("account", WORDS, nullable=True),
        sa.Column("act", WORDS, nullable=False),
        sa.Column("subject", WORDS, nullable=True),
        sa.Column("outcome", WORDS, nullable=False),
        sa.Column("address", WORDS, nullable=True),
        sa.Column("detail", WORDS, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_audit_account"), "audit", ["account"], unique=False)


def _only_grows() -> None:
    """The audit log refuses to be changed, whoever holds the connection."""
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER audit_refuses_{verb.lower()} BEFORE {verb} ON audit "
                "BEGIN SELECT RAISE(ABORT, 'the audit log only grows'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION audit_only_grows() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the audit log only grows'; END $$"
    )
    op.execute(
        "CREATE TRIGGER audit_refuses BEFORE UPDATE OR DELETE OR TRUNCATE ON audit "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_only_grows()"
    )
