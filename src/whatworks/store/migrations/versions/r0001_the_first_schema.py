"""the first schema."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# As in whatworks.store.tables when this was written; repeated because a migration never changes.
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
INTEGER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Bring the schema to this revision."""
    op.create_table(
        "accuracies",
        sa.Column("accuracy_id", TEXT, nullable=False),
        sa.Column("review_id", TEXT, nullable=False),
        sa.Column("study_label", TEXT, nullable=False),
        sa.Column("citation", TEXT, nullable=True),
        sa.Column("doi", TEXT, nullable=True),
        sa.Column("need", TEXT, nullable=False),
        sa.Column("index_test", TEXT, nullable=False),
        sa.Column("threshold", TEXT, nullable=True),
        sa.Column("reference_standard", TEXT, nullable=True),
        sa.Column("population", TEXT, nullable=True),
        sa.Column("n_studies", INTEGER, nullable=True),
        sa.Column("tp", INTEGER, nullable=True),
        sa.Column("fp", INTEGER, nullable=True),
        sa.Column("fn", INTEGER, nullable=True),
        sa.Column("tn", INTEGER, nullable=True),
        sa.Column("sensitivity", sa.Double(), nullable=True),
        sa.Column("sensitivity_lb", sa.Double(), nullable=True),
        sa.Column("sensitivity_ub", sa.Double(), nullable=True),
        sa.Column("specificity", sa.Double(), nullable=True),
        sa.Column("specificity_lb", sa.Double(), nullable=True),
        sa.Column("specificity_ub", sa.Double(), nullable=True),
        sa.Column("warnings", TEXT, nullable=True),
        sa.Column("note", TEXT, nullable=True),
        sa.Column("raw_file_id", TEXT, nullable=False),
        sa.Column("source_row", INTEGER, nullable=False),
        sa.Column("version", INTEGER, autoincrement=False, nullable=False),
        sa.Column("is_withdrawn", sa.Boolean(), nullable=False),
        sa.Column("event_id", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("accuracy_id", "version", name=op.f("pk_accuracies")),
    )
    op.create_table(
        "analyses",
        sa.Column("analysis_id", TEXT, nullable=False),
        sa.Column("subject", TEXT, nullable=False),
        sa.Column("role", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("options", TEXT, nullable=False),
        sa.Column("code_version", TEXT, nullable=False),
        sa.Column("seed", INTEGER, nullable=True),
        sa.Column("n_inputs", INTEGER, nullable=False),
        sa.Column("inputs_hash", TEXT, nullable=False),
        sa.Column("version", INTEGER, autoincrement=False, nullable=False),
        sa.Column("is_withdrawn", sa.Boolean(), nullable=False),
        sa.Column("event_id", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("analysis_id", "version", name=op.f("pk_analyses")),
    )
    op.create_table(
        "analysis_inputs",
        sa.Column("analysis_id", TEXT, nullable=False),
        sa.Column("table_name", TEXT, nullable=False),
        sa.Column("row_id", TEXT, nullable=False),
        sa.Column("row_hash", TEXT, nullable=False),
        sa.Column("position", INTEGER, nullable=False),
        sa.Column("version", INTEGER, autoincrement=False, nullable=False),
        sa.Column("is_withdrawn", sa.Boolean(), nullable=False),
        sa.Column("event_id", TEXT, nullable=False),
        sa.PrimaryKeyConstraint(
            "analysis_id", "table_name", "row_id", "version", name=op.f("pk_analysis_inputs")
        ),
    )
    op.create_table(
        "arms",
        sa.Column("arm_id", TEXT, nullable=False),
        sa.Column("study_id", TEXT, nullable=False),
        sa.Column("role", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("approaches", TEXT, nullable=True),
        sa.Column("deliverers", TEXT, nullable=True),
        sa.Column("settings", TEXT, nullable=True),
        sa.Column("group_size", TEXT, nullable=True),
        sa.Column("dose_weeks", sa.Double(), nullable=True),
        sa.Column("dose_sessions", sa.Double(), nullable=True),
        sa.Column("dose_hours_week", sa.Double(), nullable=True),
        sa.Column("description", TEXT, nullable=True),
        sa.Column("version", INTEGER, autoincrement=False, nullable=False),
        sa.Column("is_withdrawn", sa.Boolean(), nullable=False),
        sa.Column("event_id", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("arm_id", "version", name=op.f("pk_arms")),
    )
    op.create_table(
        "certainties",
        sa.Column("certainty_id", TEXT, nullable=False),
        sa.Column("strand_id", TEXT, nullable=False),
        sa.Column("scheme", TEXT, nullable=False),
        sa.Column("start_level", TEXT, nullable=False),
        sa.Column("start_reason", TEXT, nullable=False),
        sa.Column("level", TEXT, nullable=False),
        sa.Column("judged_by", TEXT, nullable=False),
        sa.Column("judged_on", TEXT, nullable=False),
        sa.Column("summary", TEXT, nullable=False),
        sa.Column("version", INTEGER, autoincrement=False, nullable=False),
        sa.Column("is_withdrawn", sa.Boolean(), nullable=False),
        sa.Column("event_id", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("certainty_id", "version", name=op.f("pk_certainties")),
    )
    op.create_table(
        "certainty_steps",
        sa.Column("certainty_step_id", TEXT, nullable=False),
        sa.Column("certainty_id", TEXT, nullable=False),
        sa.Column("domain", TEXT, nullable=False),
        sa.Column("step", INTEGER, nullable=False),
        sa.Column("reason", TEXT, nullable=False),
        sa.Column("numbers", TEXT, nullable=True),
        sa.Column("version", INTEGER, autoincrement=False, nullable=False),
        sa.Column("is_withdrawn", sa.Boolean(), nullable=False),
        sa.Column("event_id", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("certainty_step_id", "version", name=op.f("pk_certainty_steps")),
    )
    op.create_table(
        "decisions",
        sa.Column("decision_id", TEXT, nullable=False),
        sa.Column("review_id", TEXT, nullable=False),
        sa.Column("record_id", TEXT, nullable=False),
        sa.Column("reviewer", TEXT, nullable=False),
        sa.Column("stage", TEXT, nullable=False),
        sa.Column("role", TEXT, nullable=False),
        sa.Column("value", TEXT, nullable=False),
        sa.Column("reason", TEXT, nullable=True),
        sa.Column("source", TEXT, nullable=False),
        sa.Column("decided_at", TEXT, nullable=True),
        sa.Column("raw_file_id", TEXT, nullable=True),
        sa.Column("source_row", INTEGER, nullable=True),
        sa.Column("version", INTEGER, autoincrement=False, nullable=False),
        sa.Column("is_withdrawn", sa.Boolean(), nullable=False),
        sa.Column("event_id", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("decision_id", "version", name=op.f("pk_decisions")),
    )
    op.create_table(
        "effects",
        sa.Column("effect_id", TEXT, nullable=False),
        sa.Column("review_id", TEXT, nullable=False),
        sa.Column("study_id", TEXT, nullable=False),
        sa.Column("arm_id", TEXT, nullable=False),
        sa.Column("comparison_arm_id", TEXT, nullable=False),
        sa.Column("measure_id", TEXT, nullable=False),
        sa.Column("timepoint", TEXT, nullable=False),
        sa.Column("needs", TEXT, nullable=True),
        sa.Column("phases", TEXT, nullable=True),
        sa.Column("approaches", TEXT, nullable=True),
        sa.Column("deliverers", TEXT, nullable=True),
        sa.Column("settings", TEXT, nullable=True),
        sa.Column("outcome", TEXT, nullable=False),
        sa.Column("subgroup", TEXT, nullable=True),
        sa.Column("comparison", TEXT, nullable=False),
        sa.Column("n_intervention", INTEGER, nullable=True),
        sa.Column("n_comparison", INTEGER, nullable=True),
        sa.Column("n_total", INTEGER, nullable=True),
        sa.Column("clusters_intervention", sa.Double(), nullable=True),
        sa.Column("clusters_comparison", sa.Double(), nullable=True),
        sa.Column("mean_intervention", sa.Double(), nullable=True),
        sa.Column("sd_intervention", sa.Double(), nullable=True),
        sa.Column("mean_comparison", sa.Double(), nullable=True),
        sa.Column("sd_comparison", sa.Double(), nullable=True),
        sa.Column("pre_mean_intervention", sa.Double(), nullable=True),
        sa.Column("pre_sd_intervention", sa.Double(), nullable=True),
        sa.Column("pre_mean_comparison", sa.Double(), nullable=True),
        sa.Column("pre_sd_comparison", sa.Double(), nullable=True),
        sa.Column("reported_g", sa.Double(), nullable=True),
        sa.Column("reported_se", sa.Double(), nullable=True),
        sa.Column("icc", sa.Double(), nullable=True),
        sa.Column("route", TEXT, nullable=False),
        sa.Column("yi", sa.Double(), nullable=False),
        sa.Column("vi", sa.Double(), nullable=False),
        sa.Column("flags", TEXT, nullable=True),
        sa.Column("excluded_reason", TEXT, nullable=True),
        sa.Column("raw_file_id", TEXT, nullable=False),
        sa.Column("source_row", INTEGER, nullable=False),
        sa.Column("version", INTEGER, autoincrement=False, nullable=False),
        sa.Column("is_withdrawn", sa.Boolean(), nullable=False),
        sa.Column("event_id", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("effect_id", "version", name=op.f("pk_effects")),
    )
    op.create_table(
        "events",
        sa.Column("position", INTEGER, autoincrement=False, nullable=False),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("at", TEXT, nullable=False),
        sa.Column("actor", TEXT, nullable=False),
        sa.Column("role", TEXT, nullable=False),
        sa.Column("app_version", TEXT, nullable=False),
        sa.Column("action", TEXT, nullable=False),
        sa.Column("object_type", TEXT, nullable=False),
        sa.Column("object_id", TEXT, nullable=False),
        sa.Column("reason", TEXT, nullable=True),
        sa.Column("payload_hash", TEXT, nullable=False),
        sa.Column("before_hash", TEXT, nullable=False),
        sa.Column("after_hash", TEXT, nullable=False),
        sa.Column("previous_hash", TEXT, nullable=False),
        sa.Column("hash", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_events")),
        sa.UniqueConstraint("id", name=op.f("uq_events_id")),
    )
    with op.batch_alter_table("events", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_events_object_type_object_id"),
            ["object_type", "object_id"],
            unique=False,
        )

    op.create_table(
        "figures",
        sa.Column("figure_id", TEXT, nullable=False),
        sa.Column("series", TEXT, nullable=False),
        sa.Column("period", TEXT, nullable=False),
        sa.Column("area_level", TEXT, nullable=False),
        sa.Column("area_code", TEXT, nullable=True),
        sa.Column("area_name", TEXT, nullable=False),
        sa.Column("need", TEXT, nullable=True),
        sa.Column("phase", TEXT, nullable=True),
        sa.Column("breakdown", TEXT, nullable=True),
        sa.Column("measure", TEXT, nullable=False),
        sa.Column("value", sa.Double(), nullable=True),
        sa.Column("shorthand", TEXT, nullable=True),
        sa.Column("source", TEXT, nullable=False),
        sa.Column("licence", TEXT, nullable=False),
        sa.Column("note", TEXT, nullable=True),
        sa.Column("version", INTEGER, autoincrement=False, nullable=False),
        sa.Column("is_withdrawn", sa.Boolean(), nullable=False),
        sa.Column("event_id", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("figure_id", "version", name=op.f("pk_figures")),
    )
    op.create_table(
        "files",
        sa.Column("sha256", TEXT, nullable=False),
        sa.Column("n_bytes", INTEGER, nullable=False),
        sa.Column("event_id", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_files")),
    )
    op.create_table(
        "flow_counts",
        sa.Column("flow_count_id", TEXT, nullable=False),
        sa.Column("review_id", TEXT, nullable=False),
        sa.Column("box", TEXT, nullable=False),
        sa.Column("detail", TEXT, nullable=True),
        sa.Column("n", INTEGER, nullable=False),
        sa.Column("note", TEXT, nullable=True),
        sa.Column("version", INTEGER, autoincrement=False, nullable=False),
        sa.Column("is_withdrawn", sa.Boolean(), nullable=False),
        sa.Column("event_id", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("flow_count_id", "version", name=op.f("pk_flow_counts")),
    )
    op.create_table(
        "judgements",
        sa.Column("judgement_id", TEXT, nullable=False),
        sa.Column("review_id", TEXT, nullable=False),
        sa.Column("study_id", TEXT, nullable=False),
        sa.Column("tool", TEXT, nullable=False),
        sa.Column("domain", TEXT, nullable=False),
        sa.Column("judgement", TEXT, nullable=False),
        sa.Column("reason", TEXT, nullable=True),
        sa.Column("judged_by", TEXT, nullable=False),
        sa.Column("raw_file_id", TEXT, nullable=True),
        sa.Column("source_row", INTEGER, nullable=True),
        sa.Column("version", INTEGER, autoincrement=False, nullable=False),
        sa.Column("is_withdrawn", sa.Boolean(), nullable=False),
        sa.Column("event_id", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("judgement_id", "version", name=op.f("pk_judgements")),
    )
    op.create_table(
        "measures",
        sa.Column("measure_id", TEXT, nullable=False),
        sa.Column("review_id", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("outcome", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("higher_is_better", sa.Boolean(), nullable=True),
        sa.Column("version", INTEGER, autoincrement=False, nullable=False),
        sa.Column("is_withdrawn", sa.Boolean(), nullable=False),
        sa.Column("event_id", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("measure_id", "version", name=op.f("pk_measures")),
    )
    op.create_table(
        "numbers",
        sa.Column("number_id", TEXT, nullable=False),
        sa.Column("analysis_id", TEXT, nullable=False),
        sa.Column("field", TEXT, nullable=False),
        sa.Column("value", sa.Double(), nullable=True),
        sa.Column("unit", TEXT, nullable=False),
        sa.Column("label", TEXT, nullable=False),
        sa.Column("note", TEXT, nullable=True),
        sa.Column("version", INTEGER, autoincrement=False, nullable=False),
        sa.Column("is_withdrawn", sa.Boolean(), nullable=False),
        sa.Column("event_id", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("number_id", "version", name=op.f("pk_numbers")),
    )
    op.create_table(
        "payloads",
        sa.Column("hash", TEXT, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_payloads")),
    )
    op.create_table(
        "people",
        sa.Column("pseudonym", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("email", TEXT, nullable=True),
        sa.PrimaryKeyConstraint("pseudonym", name=op.f("pk_people")),
    )
    op.create_table(
        "raw_files",
        sa.Column("raw_file_id", TEXT, nullable=False),
        sa.Column("review_id", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("format", TEXT, nullable=False),
        sa.Column("encoding", TEXT, nullable=False),
        sa.Column("n_bytes", INTEGER, nullable=False),
        sa.Column("n_items", INTEGER, nullable=False),
        sa.Column("version", INTEGER, autoincrement=False, nullable=False),
        sa.Column("is_withdrawn", sa.Boolean(), nullable=False),
        sa.Column("event_id", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("raw_file_id", "review_id", "version", name=op.f("pk_raw_files")),
    )
    op.create_table(
        "records",
        sa.Column("record_id", TEXT, nullable=False),
        sa.Column("review_id", TEXT, nullable=False),
        sa.Column("raw_file_id", TEXT, nullable=False),
        sa.Column("position", INTEGER, nullable=False),
        sa.Column("line", INTEGER, nullable=True),
        sa.Column("byte_offset", INTEGER, nullable=True),
        sa.Column("record_type", TEXT, nullable=False),
        sa.Column("title", TEXT, nullable=True),
        sa.Column("authors", TEXT, nullable=True),
        sa.Column("year", INTEGER, nullable=True),
        sa.Column("container", TEXT, nullable=True),
        sa.Column("volume", TEXT, nullable=True),
        sa.Column("issue", TEXT, nullable=True),
        sa.Column("pages", TEXT, nullable=True),
        sa.Column("abstract", TEXT, nullable=True),
        sa.Column("doi", TEXT, nullable=True),
        sa.Column("pmid", TEXT, nullable=True),
        sa.Column("isbn_issn", TEXT, nullable=True),
        sa.Column("url", TEXT, nullable=True),
        sa.Column("keywords", TEXT, nullable=True),
        sa.Column("language", TEXT, nullable=True),
        sa.Column("accession", TEXT, nullable=True),
        sa.Column("database", TEXT, nullable=True),
        sa.Column("extra", TEXT, nullable=True),
        sa.Column("version", INTEGER, autoincrement=False, nullable=False),
        sa.Column("is_withdrawn", sa.Boolean(), nullable=False),
        sa.Column("event_id", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("record_id", "version", name=op.f("pk_records")),
    )
    op.create_table(
        "report_records",
        sa.Column("record_id", TEXT, nullable=False),
        sa.Column("report_id", TEXT, nullable=False),
        sa.Column("rule", TEXT, nullable=False),
        sa.Column("evidence", TEXT, nullable=True),
        sa.Column("version", INTEGER, autoincrement=False, nullable=False),
        sa.Column("is_withdrawn", sa.Boolean(), nullable=False),
        sa.Column("event_id", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("record_id", "version", name=op.f("pk_report_records")),
    )
    op.create_table(
        "reports",
        sa.Column("report_id", TEXT, nullable=False),
        sa.Column("review_id", TEXT, nullable=False),
        sa.Column("record_type", TEXT, nullable=False),
        sa.Column("title", TEXT, nullable=True),
        sa.Column("authors", TEXT, nullable=True),
        sa.Column("year", INTEGER, nullable=True),
        sa.Column("container", TEXT, nullable=True),
        sa.Column("doi", TEXT, nullable=True),
        sa.Column("pmid", TEXT, nullable=True),
        sa.Column("version", INTEGER, autoincrement=False, nullable=False),
        sa.Column("is_withdrawn", sa.Boolean(), nullable=False),
        sa.Column("event_id", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("report_id", "version", name=op.f("pk_reports")),
    )
    op.create_table(
        "reviews",
        sa.Column("review_id", TEXT, nullable=False),
        sa.Column("title", TEXT, nullable=False),
        sa.Column("question", TEXT, nullable=False),
        sa.Column("citation", TEXT, nullable=False),
        sa.Column("doi", TEXT, nullable=True),
        sa.Column("licence", TEXT, nullable=False),
        sa.Column("licence_note", TEXT, nullable=True),
        sa.Column("source", TEXT, nullable=False),
        sa.Column("published_year", INTEGER, nullable=True),
        sa.Column("note", TEXT, nullable=True),
        sa.Column("version", INTEGER, autoincrement=False, nullable=False),
        sa.Column("is_withdrawn", sa.Boolean(), nullable=False),
        sa.Column("event_id", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("review_id", "version", name=op.f("pk_reviews")),
    )
    op.create_table(
        "searches",
        sa.Column("search_id", TEXT, nullable=False),
        sa.Column("review_id", TEXT, nullable=False),
        sa.Column("source_name", TEXT, nullable=False),
        sa.Column("platform", TEXT, nullable=True),
        sa.Column("run_on", TEXT, nullable=True),
        sa.Column("strategy", TEXT, nullable=True),
        sa.Column("limits", TEXT, nullable=True),
        sa.Column("n_hits", INTEGER, nullable=True),
        sa.Column("note", TEXT, nullable=True),
        sa.Column("version", INTEGER, autoincrement=False, nullable=False),
        sa.Column("is_withdrawn", sa.Boolean(), nullable=False),
        sa.Column("event_id", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("search_id", "version", name=op.f("pk_searches")),
    )
    op.create_table(
        "strands",
        sa.Column("strand_id", TEXT, nullable=False),
        sa.Column("title", TEXT, nullable=False),
        sa.Column("question", TEXT, nullable=False),
        sa.Column("needs", TEXT, nullable=True),
        sa.Column("approaches", TEXT, nullable=True),
        sa.Column("phases", TEXT, nullable=True),
        sa.Column("outcome", TEXT, nullable=False),
        sa.Column("reviews", TEXT, nullable=False),
        sa.Column("selection", TEXT, nullable=True),
        sa.Column("status", TEXT, nullable=False),
        sa.Column("what_it_is", TEXT, nullable=False),
        sa.Column("in_practice", TEXT, nullable=True),
        sa.Column("not_known", TEXT, nullable=False),
        sa.Column("position", INTEGER, nullable=False),
        sa.Column("version", INTEGER, autoincrement=False, nullable=False),
        sa.Column("is_withdrawn", sa.Boolean(), nullable=False),
        sa.Column("event_id", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("strand_id", "version", name=op.f("pk_strands")),
    )
    op.create_table(
        "studies",
        sa.Column("study_id", TEXT, nullable=False),
        sa.Column("review_id", TEXT, nullable=False),
        sa.Column("report_id", TEXT, nullable=True),
        sa.Column("label", TEXT, nullable=False),
        sa.Column("title", TEXT, nullable=True),
        sa.Column("citation", TEXT, nullable=True),
        sa.Column("year", INTEGER, nullable=True),
        sa.Column("country", TEXT, nullable=True),
        sa.Column("design", TEXT, nullable=False),
        sa.Column("publication", TEXT, nullable=True),
        sa.Column("doi", TEXT, nullable=True),
        sa.Column("url", TEXT, nullable=True),
        sa.Column("in_synthesis", sa.Boolean(), nullable=False),
        sa.Column("not_in_synthesis_reason", TEXT, nullable=True),
        sa.Column("version", INTEGER, autoincrement=False, nullable=False),
        sa.Column("is_withdrawn", sa.Boolean(), nullable=False),
        sa.Column("event_id", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("study_id", "version", name=op.f("pk_studies")),
    )
    op.create_table(
        "terms",
        sa.Column("term_id", TEXT, nullable=False),
        sa.Column("list_name", TEXT, nullable=False),
        sa.Column("code", TEXT, nullable=False),
        sa.Column("label", TEXT, nullable=False),
        sa.Column("plain_label", TEXT, nullable=False),
        sa.Column("parent", TEXT, nullable=True),
        sa.Column("synonyms", TEXT, nullable=True),
        sa.Column("note", TEXT, nullable=True),
        sa.Column("source", TEXT, nullable=False),
        sa.Column("since", TEXT, nullable=False),
        sa.Column("version", INTEGER, autoincrement=False, nullable=False),
        sa.Column("is_withdrawn", sa.Boolean(), nullable=False),
        sa.Column("event_id", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("term_id", "version", name=op.f("pk_terms")),
    )
    op.create_table(
        "file_chunks",
        sa.Column("sha256", TEXT, nullable=False),
        sa.Column("position", INTEGER, autoincrement=False, nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["sha256"], ["files.sha256"], name=op.f("fk_file_chunks_sha256_files")
        ),
        sa.PrimaryKeyConstraint("sha256", "position", name=op.f("pk_file_chunks")),
    )


def downgrade() -> None:
    """Bring the schema back to the revision before."""
    op.drop_table("file_chunks")
    op.drop_table("terms")
    op.drop_table("studies")
    op.drop_table("strands")
    op.drop_table("searches")
    op.drop_table("reviews")
    op.drop_table("reports")
    op.drop_table("report_records")
    op.drop_table("records")
    op.drop_table("raw_files")
    op.drop_table("people")
    op.drop_table("payloads")
    op.drop_table("numbers")
    op.drop_table("measures")
    op.drop_table("judgements")
    op.drop_table("flow_counts")
    op.drop_table("files")
    op.drop_table("figures")
    with op.batch_alter_table("events", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_events_object_type_object_id"))

    op.drop_table("events")
    op.drop_table("effects")
    op.drop_table("decisions")
    op.drop_table("certainty_steps")
    op.drop_table("certainties")
    op.drop_table("arms")
    op.drop_table("analysis_inputs")
    op.drop_table("analyses")
    op.drop_table("accuracies")
