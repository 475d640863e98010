"""Search strategies: the right ones pass, and each slip is found in its line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whatworks.errors import NotFound
from whatworks.references.search_lines import read_strategy
from whatworks.references.search_lint import lint_search
from whatworks.references.search_platforms import PLATFORMS, platform_named

OVID = """Database: APA PsycInfo <1806 to November Week 3 2026>
Search Strategy:
--------------------------------------------------------------------------------
1     exp Dyslexia/ or exp Reading Disabilities/ or *Learning Disorders/ (23145)
2     "Attention Deficit and Disruptive Behavior Disorders"/ (1200)
3     (dyslexi* or alexi* or word blindness).ti,ab,id. (9,021)
4     ((reading or spelling) adj3 (disab* or difficult*)).mp. [mp=title, abstract, key concepts] (31000)
5     or/1-4 (50123)
6     exp School Based Intervention/ (88000)
7     (school$ or teach$ or colo?r or wom#n).ti,ab. (700000)
8     6 or 7 (720000)
9     5 and 8 (19000)
10    remove duplicates from 9 (18000)
"""
EBSCO = """S5\tS3 AND S4\t1,203
S4\tTI ( school* OR "special need*" ) OR AB ( school* OR pupil* ) OR DE "Schools"\t34,000
S3\tS1 OR S2\t9,000
S2\tTI ( dyslexi* OR (reading N3 (disab* OR difficult*)) ) OR AB dyslexi*\t8,000
S1\tDE "Dyslexia" OR DE "Reading Difficulties"\t5,000
"""
PROQUEST = """S1 MAINSUBJECT.EXACT.EXPLODE("Dyslexia") OR MAINSUBJECT.EXACT("Reading Difficulties")
S2 noft(dyslexi* OR (reading NEAR/3 disab*) OR econom$3)
S3 S1 OR S2
S4 noft(school* OR pupil*) OR MAINSUBJECT.EXACT("Schools")
S5 S3 AND S4
"""
PUBMED = """#1 "Dyslexia"[Mesh] OR "Learning Disabilities"[Mesh:noexp] OR wit and humor[mh]
#2 dyslexi*[tiab] OR "reading disab*"[tiab] OR "reading difficulties"[tiab:~3]
#3 #1 OR #2
#4 "Schools"[Mesh] OR school*[tiab] OR pupil*[Title/Abstract]
#5 #3 AND #4
"""
WOS = """# 1 TS=(dyslexi* OR (reading NEAR/3 disab*) OR "specific learning dif*")
# 2 TS=(school* OR pupil$ OR classroom*)
# 3 #1 AND #2
"""
SCOPUS = """( TITLE-ABS-KEY ( dyslexi* OR "reading disab*" OR ( reading W/3 difficult* ) ) )
AND ( TITLE-ABS-KEY ( school* OR pupil* ) )
"""
COCHRANE = """ID\tSearch\tHits
#1\tMeSH descriptor: [Dyslexia] explode all trees\t345
#2\tMeSH descriptor: [Language] this term only\t345
#3\t(dyslexi* or (reading near/3 disab*) or "word blindness"):ti,ab,kw\t1,200
#4\t{or #1-#3}\t1400
#5\t[mh "Schools"]\t3
#6\t(school* or reading next disab*):ti,ab,kw\t3
#7\t#5 or #6\t7
#8\t#4 and #7 in Trials\t30
"""
ERIC = """(descriptor:"Dyslexia" OR title:"reading difficulties") AND
(descriptor:"Schools" OR abstract:"school")
"""
RIGHT = {
    "Ovid": OVID,
    "EBSCOhost": EBSCO,
    "ProQuest": PROQUEST,
    "PubMed": PUBMED,
    "Web of Science": WOS,
    "Scopus": SCOPUS,
    "Cochrane Library": COCHRANE,
    "ERIC": ERIC,
}


def found(strategy: str, platform: str | None = None) -> list[tuple[int | None, str, str]]:
    return [
        (one.line, one.severity, one.check)
        for one in lint_search(strategy, platform=platform).findings
    ]


def checks(strategy: str, platform: str | None = None) -> set[str]:
    return {check for _, _, check in found(strategy, platform)}


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_strategy_has_no_findings_and_tells_its_platform(name):
    lint = lint_search(RIGHT[name])

    assert lint.findings == ()
    assert (lint.platform, lint.is_recognised) == (name, True)


# Fields of ERIC are words elsewhere; of these pairs it is not documented that the one refuses the other.
UNSURE = {("Web of Science", "EBSCOhost"), ("EBSCOhost", "ProQuest")}
PAIRS = [
    (name, other)
    for name in RIGHT
    for other in RIGHT
    if name != other and "ERIC" not in (name, other) and (name, other) not in UNSURE
]


@pytest.mark.parametrize(("name", "other"), PAIRS)
def test_a_strategy_of_another_platform_is_noticed(name, other):
    assert lint_search(RIGHT[name], platform=other).count("error") > 0


def test_the_lines_are_those_of_the_history_whatever_its_order():
    assert [line.number for line in read_strategy(EBSCO).lines] == [1, 2, 3, 4, 5]
    assert [line.hits for line in read_strategy(EBSCO).lines] == [5000, 8000, 9000, 34000, 1203]
    assert [line.at for line in read_strategy(OVID).lines] == list(range(4, 14))
    assert read_strategy(OVID).before[0].startswith("Database")
    assert len(read_strategy(SCOPUS).lines) == 1


@pytest.mark.parametrize(
    ("line", "check"),
    [
        ('(dyslexi* or "reading disab*).ti.', "quotes"),
        ("(dyslexi* or (alexi*).ti.", "brackets"),
        ("dyslexi* or alexi*).ti.", "brackets"),
        (")dyslexi* or alexi*(", "brackets"),
        ("\u201creading disab*\u201d.ti.", "typographic_quotes"),
        ("(dyslexi* ADN school*).ti.", "mistyped_operator"),
        ("(dyslexi* OT alexi*).ti.", "mistyped_operator"),
        ("(dyslexi* or ).ti.", "stranded_operator"),
        ("(dyslexi* or and alexi*).ti.", "stranded_operator"),
        ("(dyslexi* or alexi* and school*).ti.", "mixed_operators"),
        ("(dyslexi* not adult*).ti.", "not"),
        ("(dyslexia or alexia or dyslexia).ti.", "repeated_term"),
        ("(dyslexi* or dyslexia).ti.", "covered_term"),
        ("(reading adj difficult*).ti.", "nearness_without_number"),
        ("dyslexi*[tiab]", "foreign_field"),
        ("TS=(dyslexi*)", "foreign_field"),
        ("TITLE-ABS-KEY(dyslexi*)", "foreign_field"),
        ("TI dyslexi*", "foreign_field"),
        ("(dyslexi*):ti,ab,kw", "foreign_field"),
        ("(reading NEAR/3 difficult*).ti.", "foreign_nearness"),
        ("(reading N3 difficult*).ti.", "foreign_nearness"),
        ("dyslexi*.ti. and english.lg.", "limit_without_reason"),
        ("exp Dyslexia/", "heading_without_free_text"),
        ("dyslexi*.ti,ab.", "free_text_without_heading"),
    ],
)
def test_a_slip_in_one_line_of_ovid_is_found(line, check):
    assert check in checks(line, "Ovid")


@pytest.mark.parametrize(
    "line",
    [
        '(OT or "occupational therap*").ti,ab. or exp Occupational Therapy/',
        "(dyslexi* and school*).ti,ab. or exp Dyslexia/ or (reading adj3 aid*).ti.",
        "((reading adj2 aid*) or (reading adj2 help*)).ti,ab. or exp Reading/",
    ],
)
def test_what_only_looks_like_a_slip_is_let_pass(line):
    assert not {"mistyped_operator", "repeated_term"} & checks(line, "Ovid")


@pytest.mark.parametrize(
    ("platform", "line", "check"),
    [
        ("PubMed", "dyslexia[tiab] or alexia[tiab]", "capitals"),
        ("PubMed", "(dyslexia OR alexia)[tiab]", "field_of_group"),
        ("PubMed", "dys*[tiab]", "short_stem"),
        ("PubMed", "wom?n[tiab]", "foreign_wildcard"),
        ("PubMed", "dyslexi$[tiab]", "foreign_wildcard"),
        ("PubMed", "dyslexi*.ti,ab.", "foreign_field"),
        ("PubMed", "(reading adj3 difficult*)", "foreign_nearness"),
        ("Web of Science", "TS=(reading NEAR difficult*)", "nearness_without_number"),
        ("Web of Science", "TS=(dyslexi$ OR alexi$)", "dollar_for_star"),
        ("Web of Science", "TS=(wom#n)", "foreign_wildcard"),
        ("Web of Science", "TS=(brown NEAR/3 spider bite)", "and_beside_nearness"),
        ("Web of Science", "TS=((reading AND aid) NEAR/3 dyslexi*)", "and_beside_nearness"),
        ("Web of Science", "TS=(ed*)", "short_stem"),
        ("Scopus", "TITLE-ABS-KEY(reading NEAR/3 difficult*)", "foreign_nearness"),
        ("Scopus", "TITLE-ABS-KEY(dyslexi$)", "foreign_wildcard"),
        ("Scopus", "TITLE-ABS-KEY(a) AND PUBYEAR > 1999", "limit_without_reason"),
        ("Cochrane Library", '("reading disab*"):ti', "wildcard_in_phrase"),
        ("Cochrane Library", "(reading near disab*):ti", "nearness_without_number"),
        ("EBSCOhost", "TI (reading N difficult*)", "nearness_without_number"),
        ("EBSCOhost", "TI behavio?", "question_mark_at_end"),
        ("EBSCOhost", "TI dyslexi$", "foreign_wildcard"),
        ("EBSCOhost", "TI (reading NEAR/3 difficult*)", "foreign_nearness"),
        ("ProQuest", "ti(wom#n)", "foreign_wildcard"),
        ("ProQuest", 'noft(a) AND la.exact("English")', "limit_without_reason"),
    ],
)
def test_a_slip_of_another_platform_is_found(platform, line, check):
    assert check in checks(line, platform)


@pytest.mark.parametrize(
    ("line", "severity"),
    [
        ("dyslexi* OT school.ti.", "error"),
        ('(dyslexia) ADN "school"', "error"),
        ("dyslexia.ti. ADN (school)", "error"),
        ("school OT services", "check"),
    ],
)
def test_a_word_in_an_operators_place_is_certain_only_between_finished_terms(line, severity):
    assert (1, severity, "mistyped_operator") in found(line)


def test_nearness_to_phrases_and_synonyms_passes_in_web_of_science():
    line = 'TS=(aid AND (reading OR spelling) NEAR/3 ("spider bite" OR (monetary NEAR/0 union)))'

    assert "and_beside_nearness" not in checks(line, "Web of Science")


def test_small_operators_pass_where_the_platform_does_not_mind():
    assert "capitals" not in checks("TS=(dyslexi* or alexi*)", "Web of Science")
    assert "capitals" not in checks("(dyslexi* or alexi*):ti", "Cochrane Library")


def test_lines_that_name_wrong_lines_are_found():
    strategy = (
        "1. exp Dyslexia/\n2. dyslexi*.tw.\n3. or/1-4\n4. school*.tw.\n5. 3 and 9\n6. 7 and 5"
    )

    got = found(strategy, "Ovid")

    assert (3, "error", "names_itself") in got
    assert (5, "error", "missing_line") in got
    assert (6, "error", "missing_line") in got


def test_a_line_that_never_reaches_the_last_one_is_found():
    strategy = "1. a.ti.\n2. b.ti.\n3. c.ti.\n4. 1 or 2\n5. 4 not 3\n6. 4"

    assert [one for one in found(strategy, "Ovid") if one[2] == "unused_line"] == [
        (3, "check", "unused_line"),
        (5, "check", "unused_line"),
    ]


@pytest.mark.parametrize(
    ("last", "check"),
    [
        ("#1 AND #3", "later_line"),
        ("#2-#1", "reversed_range"),
        ("#1 AND #1", "line_named_twice"),
        ("#1 AND #12", "missing_line"),
    ],
)
def test_a_reference_that_cannot_be_meant_is_found(last, check):
    strategy = f"#1 TS=(dyslexi*)\n#2 {last}\n#3 TS=(school*)\n#4 #2 AND #3"

    assert check in checks(strategy, "Web of Science")


def test_lines_that_are_never_combined_are_told_once():
    got = found("1. dyslexi*.tw.\n2. school*.tw.", "Ovid")

    assert [one for one in got if one[2] == "never_combined"] == [(2, "check", "never_combined")]


def test_a_number_given_twice_is_told():
    assert "number_twice" in checks("1. a.ti.\n1. b.ti.\n2. c.ti.\n3. 1 and 2", "Ovid")


def test_a_concept_needs_headings_and_free_text_where_the_platform_has_headings():
    strategy = "1. exp Dyslexia/\n2. school*.tw.\n3. exp Schools/\n4. 2 or 3\n5. 1 and 4"

    assert [one for one in found(strategy, "Ovid") if one[1] == "check"] == [
        (1, "check", "heading_without_free_text")
    ]
    assert not checks(WOS.replace("school* OR pupil$ OR classroom*", "school*"))


def test_lines_left_out_of_a_report_keep_the_numbers_of_the_others():
    strategy = "#1 trial [pt]\n#2 random* [tiab]\n#9 animals [mh] NOT humans [mh]\n#10 #2 NOT #9"

    assert [line.number for line in read_strategy(strategy).lines] == [1, 2, 9, 10]
    assert not any(severity == "error" for _, severity, _ in found(strategy))


def test_a_line_written_in_several_rows_is_one_line():
    strategy = "#1 TS=(dyslexi* OR\nalexi*)\n#2 TS=school*\n#3 #1 AND\n#2"

    assert [line.text for line in read_strategy(strategy).lines] == [
        "TS=(dyslexi* OR alexi*)",
        "TS=school*",
        "#1 AND #2",
    ]


@pytest.mark.parametrize(
    "line",
    [
        "S3 S1 OR S2 Limiters - Published Date: 20000101-20261231",
        "#3 #1 AND #2 Indexes=SSCI Timespan=2000-2026",
    ],
)
def test_limits_that_a_platform_adds_to_a_line_are_seen(line):
    assert "limit_without_reason" in checks(line)


def test_embase_is_not_taken_for_another_platform():
    assert lint_search("'dyslexia'/exp OR dyslexi*:ti,ab").platform is None


def test_a_number_inside_a_term_is_no_line():
    assert not {"missing_line", "later_line"} & checks(
        '("grade 3" or year 4).ti. or exp X/', "Ovid"
    )


def test_a_recorded_reason_covers_limits():
    strategy = "1. exp Dyslexia/\n2. dyslexi*.tw.\n3. 1 or 2\n4. limit 3 to english language"

    assert "limit_without_reason" in checks(strategy)
    assert lint_search(strategy, limits="English only: nobody reads others").findings == ()


def test_every_finding_says_what_why_and_what_to_do():
    bad = "1. (dyslexi$ or “x” ADN y[tiab].ti.\n2. or/1-9\n3. a or b and c not d NEAR/3 e"
    lint = lint_search(bad, platform="Scopus")

    assert len(lint.findings) > 8
    for one in lint.findings:
        assert one.what.endswith(".")
        assert one.why.endswith(".")
        assert one.fix.endswith(".")


def test_an_unknown_platform_gets_the_general_checks():
    lint = lint_search("'dyslexia'/exp OR alexia AND school", platform="Embase.com")

    assert lint.platform is None
    assert [one.check for one in lint.findings] == ["mixed_operators"]


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("OvidSP", "Ovid"),
        ("EBSCO", "EBSCOhost"),
        ("EBSCOhost (ERIC)", "EBSCOhost"),
        ("wos", "Web of Science"),
        ("The archive", None),
    ],
)
def test_platforms_are_known_by_the_names_people_write(name, meant):
    platform = platform_named(name)

    assert (platform.name if platform else None) == meant


def test_an_empty_strategy_is_refused():
    with pytest.raises(NotFound, match="nothing to check"):
        lint_search(" \n ")


PIECES = st.sampled_from(
    [
        "1.",
        "#2",
        "S3",
        "dyslexi*",
        '"',
        "(",
        ")",
        "[tiab]",
        ".ti,ab.",
        "AND",
        "or",
        "not",
        "adj3",
        "NEAR/3",
        "TS=(",
        "or/1-9",
        "exp",
        "X/",
        "$",
        "9-1",
    ]
).flatmap(
    lambda piece: st.sampled_from([piece, f"{piece}\n", "{or #1-#3}", "\u201c", "limit 3 to"])
)


@given(st.lists(PIECES, max_size=40).map(" ".join), st.sampled_from([None, *PLATFORMS]))
def test_no_strategy_breaks_the_checks_and_findings_stand_in_its_lines(text, platform):
    if not text.strip():
        return
    lint = lint_search(text, platform=platform)

    for one in lint.findings:
        assert one.at is None or 1 <= one.at <= len(text.splitlines())


@given(st.text(alphabet="()[]ab \n", max_size=60))
def test_brackets_that_pair_are_never_found_wanting(text):
    depth = {"(": 0, "[": 0}
    pairs = True
    for sign in " ".join(text.split("\n")):
        if sign in "([":
            depth[sign] += 1
        elif sign in ")]":
            opening = "(" if sign == ")" else "["
            depth[opening] -= 1
            pairs = pairs and depth[opening] >= 0
    pairs = pairs and not any(depth.values())
    if text.strip():
        assert ("brackets" not in checks(text)) == pairs
