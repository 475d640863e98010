"""protocols searches and decided pairs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# As in whatworks.store.tables when this was written; repeated because a migration never changes.
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
INTEGER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Bring the schema to this revision."""
    op.create_table(
        "amendments",
        sa.Column("amendment_id", TEXT, nullable=False),
        sa.Column("review_id", TEXT, nullable=False),
        sa.Column("section", TEXT, nullable=False),
        sa.Column("amended_on", TEXT, nullable=False),
        sa.Column("change", TEXT, nullable=False),
        sa.Column("reason", TEXT, nullable=False),
        sa.Column("stage", TEXT, nullable=False),
        sa.Column("made_by", TEXT, nullable=False),
        sa.Column("version", INTEGER, autoincrement=False, nullable=False),
        sa.Column("is_withdrawn", sa.Boolean(), nullable=False),
        sa.Column("event_id", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("amendment_id", "version", name=op.f("pk_amendments")),
    )
    op.create_table(
        "full_texts",
        sa.Column("report_id", TEXT, nullable=False),
        sa.Column("review_id", TEXT, nullable=False),
        sa.Column("status", TEXT, nullable=False),
        sa.Column("url", TEXT, nullable=True),
        sa.Column("raw_file_id", TEXT, nullable=True),
        sa.Column("reason", TEXT, nullable=True),
        sa.Column("checked_on", TEXT, nullable=True),
        sa.Column("version", INTEGER, autoincrement=False, nullable=False),
        sa.Column("is_withdrawn", sa.Boolean(), nullable=False),
        sa.Column("event_id", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("report_id", "version", name=op.f("pk_full_texts")),
    )
    op.create_table(
        "pair_decisions",
        sa.Column("record_id", TEXT, nullable=False),
        sa.Column("other_record_id", TEXT, nullable=False),
        sa.Column("review_id", TEXT, nullable=False),
        sa.Column("decision", TEXT, nullable=False),
        sa.Column("decided_by", TEXT, nullable=False),
        sa.Column("note", TEXT, nullable=True),
        sa.Column("version", INTEGER, autoincrement=False, nullable=False),
        sa.Column("is_withdrawn", sa.Boolean(), nullable=False),
        sa.Column("event_id", TEXT, nullable=False),
        sa.PrimaryKeyConstraint(
            "record_id", "other_record_id", "version", name=op.f("pk_pair_decisions")
        ),
    )
    op.create_table(
        "protocol_sections",
        sa.Column("review_id", TEXT, nullable=False),
        sa.Column("section", TEXT, nullable=False),
        sa.Column("position", INTEGER, nullable=False),
        sa.Column("title", TEXT, nullable=False),
        sa.Column("text", TEXT, nullable=False),
        sa.Column("version", INTEGER, autoincrement=False, nullable=False),
        sa.Column("is_withdrawn", sa.Boolean(), nullable=False),
        sa.Column("event_id", TEXT, nullable=False),
        sa.PrimaryKeyConstraint(
            "review_id", "section", "version", name=op.f("pk_protocol_sections")
        ),
    )
    op.create_table(
        "record_pairs",
        sa.Column("record_id", TEXT, nullable=False),
        sa.Column("other_record_id", TEXT, nullable=False),
        sa.Column("review_id", TEXT, nullable=False),
        sa.Column("outcome", TEXT, nullable=False),
        sa.Column("probability", sa.Double(), nullable=False),
        sa.Column("evidence", TEXT, nullable=False),
        sa.Column("version", INTEGER, autoincrement=False, nullable=False),
        sa.Column("is_withdrawn", sa.Boolean(), nullable=False),
        sa.Column("event_id", TEXT, nullable=False),
        sa.PrimaryKeyConstraint(
            "record_id", "other_record_id", "version", name=op.f("pk_record_pairs")
        ),
    )
    with op.batch_alter_table("raw_files", schema=None) as batch_op:
        batch_op.add_column(sa.Column("search_id", TEXT, nullable=True))

    with op.batch_alter_table("report_records", schema=None) as batch_op:
        batch_op.add_column(sa.Column("probability", sa.Double(), nullable=True))

    with op.batch_alter_table("searches", schema=None) as batch_op:
        batch_op.add_column(sa.Column("kind", TEXT, nullable=True))


def downgrade() -> None:
    """Bring the schema back to the revision before."""
    with op.batch_alter_table("searches", schema=None) as batch_op:
        batch_op.drop_column("kind")

    with op.batch_alter_table("report_records", schema=None) as batch_op:
        batch_op.drop_column("probability")

    with op.batch_alter_table("raw_files", schema=None) as batch_op:
        batch_op.drop_column("search_id")

    op.drop_table("record_pairs")
    op.drop_table("protocol_sections")
    op.drop_table("pair_decisions")
    op.drop_table("full_texts")
    op.drop_table("amendments")
