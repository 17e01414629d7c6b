"""Network cameras of venues, and recordings that two persons delete."""

import sqlalchemy as sa
from alembic import op

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: str | None = None
depends_on: str | None = None

WORDS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "cameras",
        sa.Column("id", WORDS, nullable=False),
        sa.Column("venue", WORDS, nullable=False),
        sa.Column("title", WORDS, nullable=False),
        sa.Column("host", WORDS, nullable=False),
        sa.Column("address", sa.LargeBinary(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["venue"], ["venues.id"], name=op.f("fk_cameras_venue")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cameras")),
    )
    op.create_index(op.f("ix_cameras_venue"), "cameras", ["venue"], unique=False)
    op.create_table(
        "footage_deletions",
        sa.Column("session", WORDS, nullable=False),
        sa.Column("reason", WORDS, nullable=False),
        sa.Column("requested", sa.BigInteger(), nullable=False),
        sa.Column("requested_by", WORDS, nullable=False),
        sa.Column("confirmed", sa.BigInteger(), nullable=True),
        sa.Column("confirmed_by", WORDS, nullable=True),
        sa.Column("removed", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["session"], ["sessions.id"], name=op.f("fk_footage_deletions_session")
        ),
        sa.PrimaryKeyConstraint("session", name=op.f("pk_footage_deletions")),
    )
