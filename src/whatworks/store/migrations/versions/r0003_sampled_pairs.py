"""sampled pairs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# As in whatworks.store.tables when this was written; repeated because a migration never changes.
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
INTEGER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Bring the schema to this revision."""
    op.create_table(
        "sampled_pairs",
        sa.Column("record_id", TEXT, nullable=False),
        sa.Column("other_record_id", TEXT, nullable=False),
        sa.Column("review_id", TEXT, nullable=False),
        sa.Column("place", INTEGER, nullable=False),
        sa.Column("low", sa.Double(), nullable=False),
        sa.Column("high", sa.Double(), nullable=False),
        sa.Column("is_merged", sa.Boolean(), nullable=False),
        sa.Column("n_pairs", INTEGER, nullable=False),
        sa.Column("version", INTEGER, autoincrement=False, nullable=False),
        sa.Column("is_withdrawn", sa.Boolean(), nullable=False),
        sa.Column("event_id", TEXT, nullable=False),
        sa.PrimaryKeyConstraint(
            "record_id", "other_record_id", "version", name=op.f("pk_sampled_pairs")
        ),
    )


def downgrade() -> None:
    """Bring the schema back to the revision before."""
    op.drop_table("sampled_pairs")
