"""Lists of sessions say which ones are drills."""

import sqlalchemy as sa
from alembic import op

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    drill: sa.Column[bool] = sa.Column(
        "rehearsal", sa.Boolean(), nullable=False, server_default=sa.false()
    )
    op.add_column("sessions", drill)
