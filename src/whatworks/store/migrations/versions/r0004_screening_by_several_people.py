"""screening by several people."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# As in whatworks.store.tables when this was written; repeated because a migration never changes.
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
INTEGER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Bring the schema to this revision."""
    op.create_table(
        "accounts",
        sa.Column("pseudonym", TEXT, nullable=False),
        sa.Column("password_hash", TEXT, nullable=True),
        sa.Column("is_administrator", sa.Boolean(), nullable=False),
        sa.Column("is_disabled", sa.Boolean(), nullable=False),
        sa.Column("created_at", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("pseudonym", name=op.f("pk_accounts")),
    )
    op.create_table(
        "certification_records",
        sa.Column("certification_id", TEXT, nullable=False),
        sa.Column("record_id", TEXT, nullable=False),
        sa.Column("place", INTEGER, nullable=False),
        sa.Column("stratum", TEXT, nullable=True),
        sa.Column("version", INTEGER, autoincrement=False, nullable=False),
        sa.Column("is_withdrawn", sa.Boolean(), nullable=False),
        sa.Column("event_id", TEXT, nullable=False),
        sa.PrimaryKeyConstraint(
            "certification_id", "record_id", "version", name=op.f("pk_certification_records")
        ),
    )
    op.create_table(
        "certifications",
        sa.Column("certification_id", TEXT, nullable=False),
        sa.Column("review_id", TEXT, nullable=False),
        sa.Column("stage", TEXT, nullable=False),
        sa.Column("attempt", INTEGER, nullable=False),
        sa.Column("seed", INTEGER, nullable=False),
        sa.Column("n_records", INTEGER, nullable=False),
        sa.Column("remainder_sha256", TEXT, nullable=False),
        sa.Column("n_found_before", INTEGER, nullable=False),
        sa.Column("recall_target", sa.Double(), nullable=False),
        sa.Column("level", sa.Double(), nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("n_drawn", INTEGER, nullable=True),
        sa.Column("n_found", INTEGER, nullable=True),
        sa.Column("recall", sa.Double(), nullable=True),
        sa.Column("statement", TEXT, nullable=True),
        sa.Column("version", INTEGER, autoincrement=False, nullable=False),
        sa.Column("is_withdrawn", sa.Boolean(), nullable=False),
        sa.Column("event_id", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("certification_id", "version", name=op.f("pk_certifications")),
    )
    op.create_table(
        "eligibility_criteria",
        sa.Column("review_id", TEXT, nullable=False),
        sa.Column("criteria_version", INTEGER, nullable=False),
        sa.Column("text", TEXT, nullable=False),
        sa.Column("include_terms", TEXT, nullable=True),
        sa.Column("exclude_terms", TEXT, nullable=True),
        sa.Column("why_changed", TEXT, nullable=True),
        sa.Column("version", INTEGER, autoincrement=False, nullable=False),
        sa.Column("is_withdrawn", sa.Boolean(), nullable=False),
        sa.Column("event_id", TEXT, nullable=False),
        sa.PrimaryKeyConstraint(
            "review_id", "criteria_version", "version", name=op.f("pk_eligibility_criteria")
        ),
    )
    op.create_table(
        "exclusion_reasons",
        sa.Column("review_id", TEXT, nullable=False),
        sa.Column("criteria_version", INTEGER, nullable=False),
        sa.Column("code", TEXT, nullable=False),
        sa.Column("position", INTEGER, nullable=False),
        sa.Column("label", TEXT, nullable=False),
        sa.Column("version", INTEGER, autoincrement=False, nullable=False),
        sa.Column("is_withdrawn", sa.Boolean(), nullable=False),
        sa.Column("event_id", TEXT, nullable=False),
        sa.PrimaryKeyConstraint(
            "review_id", "criteria_version", "code", "version", name=op.f("pk_exclusion_reasons")
        ),
    )
    op.create_table(
        "invitations",
        sa.Column("token_sha256", TEXT, nullable=False),
        sa.Column("pseudonym", TEXT, nullable=False),
        sa.Column("created_at", TEXT, nullable=False),
        sa.Column("expires_at", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("token_sha256", name=op.f("pk_invitations")),
    )
    with op.batch_alter_table("invitations", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_invitations_pseudonym"), ["pseudonym"], unique=False)

    op.create_table(
        "leases",
        sa.Column("review_id", TEXT, nullable=False),
        sa.Column("stage", TEXT, nullable=False),
        sa.Column("record_id", TEXT, nullable=False),
        sa.Column("person", TEXT, nullable=False),
        sa.Column("until", TEXT, nullable=False),
        sa.PrimaryKeyConstraint(
            "review_id", "stage", "record_id", "person", name=op.f("pk_leases")
        ),
    )
    op.create_table(
        "screening_rules",
        sa.Column("review_id", TEXT, nullable=False),
        sa.Column("stage", TEXT, nullable=False),
        sa.Column("reviewers_per_record", INTEGER, nullable=False),
        sa.Column("doubled_share", sa.Double(), nullable=False),
        sa.Column("conflict_rule", TEXT, nullable=False),
        sa.Column("record_order", TEXT, nullable=False),
        sa.Column("recall_target", sa.Double(), nullable=False),
        sa.Column("level", sa.Double(), nullable=False),
        sa.Column("seed", INTEGER, nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("version", INTEGER, autoincrement=False, nullable=False),
        sa.Column("is_withdrawn", sa.Boolean(), nullable=False),
        sa.Column("event_id", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("review_id", "stage", "version", name=op.f("pk_screening_rules")),
    )
    op.create_table(
        "seed_records",
        sa.Column("review_id", TEXT, nullable=False),
        sa.Column("record_id", TEXT, nullable=False),
        sa.Column("is_relevant", sa.Boolean(), nullable=False),
        sa.Column("version", INTEGER, autoincrement=False, nullable=False),
        sa.Column("is_withdrawn", sa.Boolean(), nullable=False),
        sa.Column("event_id", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("review_id", "record_id", "version", name=op.f("pk_seed_records")),
    )
    op.create_table(
        "sessions",
        sa.Column("id_sha256", TEXT, nullable=False),
        sa.Column("pseudonym", TEXT, nullable=False),
        sa.Column("created_at", TEXT, nullable=False),
        sa.Column("last_seen_at", TEXT, nullable=False),
        sa.Column("expires_at", TEXT, nullable=False),
        sa.Column("agent", TEXT, nullable=True),
        sa.PrimaryKeyConstraint("id_sha256", name=op.f("pk_sessions")),
    )
    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sessions_pseudonym"), ["pseudonym"], unique=False)

    op.create_table(
        "suggestions",
        sa.Column("suggestion_id", TEXT, nullable=False),
        sa.Column("review_id", TEXT, nullable=False),
        sa.Column("record_id", TEXT, nullable=False),
        sa.Column("stage", TEXT, nullable=False),
        sa.Column("actor", TEXT, nullable=False),
        sa.Column("value", TEXT, nullable=False),
        sa.Column("reason", TEXT, nullable=True),
        sa.Column("quote", TEXT, nullable=True),
        sa.Column("is_quote_found", sa.Boolean(), nullable=True),
        sa.Column("probability", sa.Double(), nullable=True),
        sa.Column("instructions_sha256", TEXT, nullable=False),
        sa.Column("suggested_at", TEXT, nullable=False),
        sa.Column("version", INTEGER, autoincrement=False, nullable=False),
        sa.Column("is_withdrawn", sa.Boolean(), nullable=False),
        sa.Column("event_id", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("suggestion_id", "version", name=op.f("pk_suggestions")),
    )
    op.create_table(
        "team_members",
        sa.Column("review_id", TEXT, nullable=False),
        sa.Column("person", TEXT, nullable=False),
        sa.Column("role", TEXT, nullable=False),
        sa.Column("has_left", sa.Boolean(), nullable=False),
        sa.Column("version", INTEGER, autoincrement=False, nullable=False),
        sa.Column("is_withdrawn", sa.Boolean(), nullable=False),
        sa.Column("event_id", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("review_id", "person", "version", name=op.f("pk_team_members")),
    )
    with op.batch_alter_table("decisions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("note", TEXT, nullable=True))
        batch_op.add_column(sa.Column("criteria_version", INTEGER, nullable=True))


def downgrade() -> None:
    """Bring the schema back to the revision before."""
    with op.batch_alter_table("decisions", schema=None) as batch_op:
        batch_op.drop_column("criteria_version")
        batch_op.drop_column("note")

    op.drop_table("team_members")
    op.drop_table("suggestions")
    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sessions_pseudonym"))

    op.drop_table("sessions")
    op.drop_table("seed_records")
    op.drop_table("screening_rules")
    op.drop_table("leases")
    with op.batch_alter_table("invitations", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_invitations_pseudonym"))

    op.drop_table("invitations")
    op.drop_table("exclusion_reasons")
    op.drop_table("eligibility_criteria")
    op.drop_table("certifications")
    op.drop_table("certification_records")
    op.drop_table("accounts")
