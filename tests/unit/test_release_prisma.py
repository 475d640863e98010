from tests.builders import a_decision, a_flow_count, a_record, a_study
from whatworks.release.evidence import Evidence
from whatworks.release.prisma import prisma_flow


def checks_of(flow):
    return {check.name: check for check in flow.checks}


def test_sources_that_do_not_add_up_to_the_records_screened_are_said_to_fail():
    evidence = Evidence(
        flow_counts=[
            a_flow_count("database_results", 100),
            a_flow_count("citations_results", 20),
            a_flow_count("duplicates", 30),
            a_flow_count("records_screened", 95),
        ]
    )

    check = checks_of(prisma_flow(evidence, "r"))[
        "As published: Records identified, less those removed, are the records screened"
    ]

    assert not check.ok
    assert (
        "make 120; less Duplicate records removed 30 leaves 90; 95 were screened" in check.sentence
    )


def test_a_box_given_by_source_is_their_sum():
    evidence = Evidence(
        flow_counts=[
            a_flow_count("database_results", 60, "ERIC"),
            a_flow_count("database_results", 40, "PsycINFO"),
            a_flow_count("records_screened", 100),
        ]
    )

    flow = prisma_flow(evidence, "r")

    assert flow.boxes[0].published == 100
    assert flow.boxes[0].details == (("ERIC", 60), ("PsycINFO", 40))
    assert flow.checks[0].ok


def test_counts_come_from_reconciled_decisions_and_not_from_single_reviewers():
    evidence = Evidence(
        records=[a_record(n) for n in (1, 2, 3)],
        decisions=[
            *(a_decision(n, "include") for n in (1, 2, 3)),
            a_decision(1, "include", role="reconciled"),
            a_decision(2, "exclude", role="reconciled"),
            a_decision(3, "exclude", role="reconciled"),
            a_decision(1, "exclude", role="reconciled", stage="full_text"),
        ],
        studies=[],
    )

    counted = {box.box: box.counted for box in prisma_flow(evidence, "r").boxes}

    assert counted == {
        "records_screened": 3,
        "records_excluded": 2,
        "dbr_sought_reports": 1,
        "dbr_assessed": 1,
        "dbr_excluded": 1,
    }


def test_a_trail_that_is_not_the_published_one_is_said_to_differ():
    evidence = Evidence(
        flow_counts=[a_flow_count("new_studies", 7)],
        studies=[a_study("r/s1"), a_study("r/s2")],
    )

    (check,) = prisma_flow(evidence, "r").checks

    assert not check.ok
    assert check.sentence == "Counted here 2; published 7."
