"""What pages say, on an invented evidence base."""

import json
import re

import pytest
from markupsafe import escape

from tests.browser.fixture_evidence import RELEASE, invented_evidence
from whatworks import site
from whatworks.release import Evidence
from whatworks.site.pages.strand_chart import embed_json
from whatworks.site.paths import slug, study_path
from whatworks.synthesis import DEFAULT_MONTHS_TABLE, ROUTES, months_table


@pytest.fixture(scope="module")
def evidence():
    return invented_evidence()


@pytest.fixture(scope="module")
def made(evidence):
    return site.Site(evidence, RELEASE)


def text(html):
    """Return the words of a page's main part."""
    main = html.partition("<main")[2].partition("</main>")[0]
    return " ".join(re.sub(r"<script.*?</script>|<[^>]+>", " ", main, flags=re.S).split())


def test_months_are_shown_for_attainment_and_for_nothing_else(made):
    assert "small-group.main.months" in made.page("strands/small-group.html").html
    anxiety = next(path for path in made.paths() if path.startswith("strands/sel-anxiety"))
    assert ".months" not in made.page(anxiety).html
    assert "No months of progress" in text(made.page(anxiety).html)


def test_a_strand_that_nobody_judged_says_so(made):
    said = text(made.page("strands/mindfulness.html").html)
    assert "Not yet judged" in said
    assert "will help" not in said
    assert "may help" not in said


def test_one_study_has_no_prediction_interval_and_the_reason_is_given(made):
    said = text(made.page("strands/mindfulness.html").html)
    assert "We cannot say:" in said
    assert "not published" not in said


def test_an_empty_review_is_told_apart_from_not_having_looked(made):
    said = text(made.page("strands/class-size.html").html)
    assert "Reviewed in 2023: 40 records, no usable study." in said
    assert "not the same as never looked" in said
    need = text(made.page("needs/ASD.html").html)
    assert "Looked for, and no usable study found" in need
    nothing = text(made.page("needs/PD.html").html)
    assert "no study of support for this need yet" in nothing


def test_every_step_of_a_judgement_is_shown_with_its_reason_and_numbers(made, evidence):
    html = made.page("strands/small-group.html").html
    for step in evidence.certainty_steps:
        assert step.reason in html
    assert 'data-number="small-group.main.pi_lb"' in html


def test_the_average_with_effects_kept_out_stands_beside_the_headline(made, evidence):
    html = made.page("strands/small-group.html").html
    headline = html.partition('class="ww-headline"')[2].partition('class="govuk-grid-row"')[0]
    card = made.page("needs/SPLD.html").html
    for field in ("estimate", "ci_lb", "ci_ub"):
        number = f'data-number="small-group.with_kept_out.{field}"'
        assert number in headline
        assert number in card
    assert "1 effect of 1 study that looks like an error" in text(f"<main>{headline}</main>")


def test_a_strand_that_keeps_nothing_out_does_not_speak_of_it(made):
    assert "Kept out:" not in text(made.page("strands/mindfulness.html").html)


def test_months_name_the_table_by_its_title_and_link_it(made):
    table = months_table(DEFAULT_MONTHS_TABLE)
    html = made.page("strands/small-group.html").html
    assert str(escape(table.title)) in html
    assert f'href="{table.source}"' in html
    assert table.version not in html


def test_a_need_can_be_narrowed_by_phase(made):
    whole = made.page("needs/SPLD.html").html
    assert 'href="../needs/SPLD/p.html"' in whole
    primary = made.page("needs/SPLD/p.html")
    assert primary.title.endswith(": primary school")
    assert "strands/small-group.html" in primary.html
    assert made.page("needs/SPLD/p16.html") is None
    secondary = made.page("needs/SEMH/s.html").html
    assert "strands/mindfulness.html" in secondary


def test_home_and_map_say_what_is_held_for_alternative_provision_and_adult_life(made):
    home = text(made.page("index.html").html)
    for words in (
        "Alternative provision, such as a pupil referral unit",
        "Living on one&#39;s own",
    ):
        assert f"{words} " in home
        assert "No study of support held here yet" in home.partition(words)[2][:80]
    on_map = text(made.page("gap-map.html").html)
    assert "such as a pupil referral unit 0" in on_map
    assert "Outside the classroom, in an ordinary school (Withdrawal from class) 0" not in on_map


def test_a_search_for_one_approach_is_not_called_a_search_for_all(made):
    assert "1 approach looked for, no usable study found" in text(made.page("index.html").html)


def test_effects_kept_out_are_listed_with_the_reason(made):
    said = text(made.page("strands/small-group.html").html)
    assert "Kept out for this reason" in said
    assert "4.10" in said


def test_ways_to_compute_stand_side_by_side(made):
    said = text(made.page("strands/small-group.html").html)
    ways = (
        "Main result",
        "One result for each study",
        "Every effect on its own",
        "With effects that look wrong",
    )
    table = said.partition("Would another method give another answer?")[2]
    assert [table.index(words) for words in ways] == sorted(table.index(words) for words in ways)


def test_the_average_is_shown_under_each_correlation_and_the_headline_is_marked(made, evidence):
    html = made.page("strands/small-group.html").html
    for code in ("000", "020", "040", "060", "080", "095"):
        for field in ("estimate", "ci_lb", "ci_ub", "tau2", "omega2"):
            assert f'data-number="small-group.rho_sensitivity.{field}_rho_{code}"' in html
    assert html.count("(headline)") == 1
    assert "0.8 <strong>(headline)" in html
    assert "at every correlation tried" in text(html)


def test_the_table_by_correlation_stands_on_the_analyses_too(made, evidence):
    for role in ("main", "rho_sensitivity"):
        analysis = next(
            row for row in evidence.analyses if (row.subject, row.role) == ("small-group", role)
        )
        html = made.page(f"analyses/{analysis.analysis_id}.html").html
        assert 'id="correlation"' in html
        assert 'data-number="small-group.rho_sensitivity.estimate_rho_095"' in html


def test_no_correlation_is_spoken_of_where_every_study_has_one_effect(made):
    anxiety = next(path for path in made.paths() if path.startswith("strands/sel-anxiety"))
    assert 'id="correlation"' not in made.page(anxiety).html
    assert "study_id/effect" not in made.page(anxiety).html


def test_one_study_is_told_to_be_one_beside_its_average(made):
    said = text(made.page("strands/mindfulness.html").html)
    assert "Take care: There is one study." in said
    assert "Take care" not in text(made.page("strands/small-group.html").html)


def test_the_gap_map_tells_studies_unusable_and_never_apart(made):
    html = made.page("gap-map.html").html
    assert "14 studies, low certainty: Small-group tuition" in html
    assert "70 studies, certainty not judged" in html
    assert "Looked for, no usable study: Smaller classes" in html
    assert "No study here" in html


def test_a_phase_map_counts_that_phase_only(made):
    assert "1 study, certainty not judged: Mindfulness" in made.page("gap-map-s.html").html
    assert "Small-group tuition, Trouble" not in made.page("gap-map-s.html").html


def test_identification_spells_out_its_warnings_and_counts_per_hundred(made):
    said = text(made.page("identification.html").html)
    assert "agrees with itself" in said
    assert "14 have the need: 8 found, 5 missed. False alarms: 16 ." in said
    assert "83 per cent (77 to 88)" in said
    assert "No counts were published" in said


def test_a_flattered_tool_is_not_carried_over_to_a_school(made, evidence):
    html = made.page("identification.html").html
    flattered = {"incorporation", "healthy_controls", "fitted_and_tested_on_same"}
    for row in evidence.accuracies:
        cells = html.partition(f'id="{slug(row.accuracy_id)}"')[2].partition("</tr>")[0]
        has_rates = row.sensitivity is not None or row.tp is not None
        expected = has_rates and not flattered & set((row.warnings or "").split(";"))
        assert ("Where 10 have the need" in cells) == expected, row.accuracy_id


def test_a_flow_that_does_not_add_up_is_shown_as_failed_and_first(made):
    said = text(made.page("reviews/empty.html").html)
    assert said.index("Does not add up") < said.index("Adds up")
    assert "60 make 60" in said


def test_every_page_names_version_and_date(made):
    for page in made.pages():
        assert "version 0.1.0. As of 24 November 2026." in page.html, page.path


def test_an_analysis_shows_every_number_in_full_and_how_to_follow_it(made, evidence):
    analysis = next(
        row for row in evidence.analyses if row.role == "main" and row.subject == "small-group"
    )
    html = made.page(f"analyses/{analysis.analysis_id}.html").html
    for number in evidence.numbers_by_analysis[analysis.analysis_id]:
        assert f'id="{number.field}"' in html
        assert number.value is None or repr(number.value) in html
    assert "whatworks why small-group.main.estimate" in html
    assert "random = ~ 1 | study_id/effect" in html
    assert "clubSandwich" in html
    assert analysis.inputs_hash in html


def test_a_study_shows_the_formula_of_each_route_its_effects_took(made, evidence):
    effect = next(row for row in evidence.effects if row.route in ROUTES)
    html = made.page(study_path(effect.study_id)).html
    assert str(escape(ROUTES[effect.route].formula)) in html
    assert "How the effects were computed" in html


def test_json_in_a_page_cannot_end_its_script_element():
    hostile = {"label": "</script><script>alert(1)</script>&"}
    embedded = str(embed_json(hostile))
    assert "<" not in embedded
    assert json.loads(embedded) == hostile


def test_an_empty_evidence_base_still_has_its_pages():
    paths = {page.path for page in site.pages(Evidence(), release=RELEASE)}
    assert {"index.html", "gap-map.html", "identification.html", "data.html", "404.html"} <= paths


def test_a_page_that_is_not_there_is_none(evidence):
    assert site.render(evidence, "strands/none.html", release=RELEASE) is None
    found = site.render(evidence, "strands/small-group.html", release=RELEASE)
    assert found is not None
    assert found.title == "Small-group teaching in reading"


def test_two_builds_of_the_same_evidence_are_the_same_bytes(evidence):
    assert site.site_files(evidence, RELEASE) == site.site_files(evidence, RELEASE)


def test_a_build_writes_its_tables_and_a_release_links_to_those_beside_it(evidence, tmp_path):
    written = site.build(evidence, tmp_path, release=RELEASE)
    assert "tables/effects.csv" in written
    assert (tmp_path / "tables" / "effects.csv").read_bytes().startswith(b"effect_id,")
    beside = site.site_files(evidence, RELEASE)
    assert not any(name.startswith("tables/") for name in beside)
    assert b'href="../tables/effects.csv"' in beside["data.html"]
