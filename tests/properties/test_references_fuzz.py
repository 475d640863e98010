"""Readers under fire: no crash, no hang, and no word that is neither in a record nor in the report.

Forty examples per test by default; `WHATWORKS_FUZZ=5000 pytest tests/properties/test_references_fuzz.py`
runs more. The number of files read is printed at the end.
"""

from __future__ import annotations

import contextlib
import gzip
import json
import os
import re
import sys
from collections import Counter
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from whatworks.errors import UserError
from whatworks.references import ImportResult, read_references
from whatworks.references.fields import FIELD_NAMES

N_EXAMPLES = int(os.environ.get("WHATWORKS_FUZZ", "40"))
FUZZ = settings(
    max_examples=N_EXAMPLES,
    deadline=10_000,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
N_READ: Counter[str] = Counter()

# Lines of each format: what opens and closes records, tags, continuations and damage. "@" at the
# end of a line is replaced by a word that no other line has.
LINES = {
    "ris": [
        "TY  - JOUR", "TY - BOOK", "TY  -JOUR", "\tTY  - JOUR", "3. TY  - JOUR", "TY\t-\tJOUR", "ER  - ",
        "ER  -", "ER  - ", "ER", "ER  - TY  - JOUR", "ER  - @", "<1. >", "12.", "TI  - @", "T1  - @",
        "AU  - @, A", "A1 - @", "AB  - @", "N2  - @", "PY  - 2001/@", "PY  - 2001", "KW  - @", "UR  - http://@",
        "DO  - 10.1000/@", "N1  - doi: 10.1000/@", "PMID  - @", "ZZ  - @", "ABCD  - @", "SN  - 1234-5678 (@)",
        "SP  - @", "EP  - @", "IS  - @", "M1  - @", "JF  - @", "AN  - @", "ID  - @", "C3  - PUBMED 12,@",
        "continued @", "   indented @", "US - based @", "AB-@", "METHODS - we @", "TY  - JOUR TI  - @ ER  - ",
        "Provider: @", "~~~~~~", "Record #1 of 784 @", "\ufeffTY  - JOUR", "\x0cTI  - @", "DB  - Scopus", "C2  - @",
        "LA  - @", "TI  – @", "ti  - @", "ty  - jour", "N1  - whatworks-fields: {@",
    ],
    "nbib": [
        "PMID- 1", "PMID- @", "OWN - NLM", "OWN - ERIC", "PMC - PMC@", "TI  - @", "      @", "AB  - @", "FAU - @, A",
        "AU  - @ A", "CN  - @", "DP  - 2001 @", "LID - 10.1000/@ [doi]", "AID - @ [pii]", "IS  - 1234-5678 (@)",
        "MH  - @", "OT  - @", "PT  - @", "PG  - @", "JT  - @", "XYZ - @", "unindented @", "CIN - @",
    ],
    "wos": [
        "FN Clarivate", "VR 1.0", "PT J", "PT S", "PT Journal @", "ER", "ER ", "EF", "TI @", "   @", "AU @, A", "AF @, A",
        "AB @", "SO @", "PY 2001", "PD @ 2001", "DI 10.1000/@", "SN 1234-567X", "EI @", "DE @; b", "ID @", "CR @", "C1 @",
        "UT WOS:@", "PM @", "BP @", "EP @", "AR @", "XX @", "unindented @", "SP @", "FT @", "DT @", "CA @", "LA @", "VL @",
    ],
    "ovid": [
        "<1>", "<2. >", "VN  - Ovid Technologies", "DB  - Ovid MEDLINE(R) @", "UI  - @", "UI  - 123", "TI  - @", "      @",
        "AU  - @ A", "SO  - J @. 12(3):1-9, 2010.", "SO  - @, Vol 3(1), 2001. pp. 1-2.", "AB  - @", "PT  - @", "Title",
        "  @.[Article]", "Author", "  @, A 1;  Lee, B 2", "Source", "  @. 367 (9506) (pp 225-232), 2006.", "Abstract", "  @",
        "References", "Unknown Field", "DOI", "  10.1000/@", "text @", "KW  - @", "IS  - @", "Keywords", "YR  - 2001",
        "Database @", "Language", "  @.",
    ],
    "cochrane": [
        "Record #1 of 784",
        "ID: @",
        "AU: @ A",
        "TI: @",
        "AB: @",
        "AIM: @",
        "text @",
        "PM: PUBMED 12,@",
        "YR: 2001",
        "YR: @",
        "DOI: 10.1000/@",
        "US: http://@",
        "KY: @; b",
        "XX: @",
        "PG: @",
    ],
    "enw": [
        "%0 Journal Article", "%0 @", "%T @", "%A @, A", "%J @", "%B @", "%D 2001", "%D @", "%X @", "text @", "%K @", "%U http://@",
        "%R 10.1000/@", "%P @", "%@ 1234-5678", "%@ @", "%Z @", "%! @", "%] @", "%8 @", "%M @", "% not a tag @", "%q @", "%~ @",
    ],
    "refworks": [
        "RT Journal Article", "RT Book, Section", "RT @", "A1 @, A", "T1 @", "JF @", "YR 2001", "FD @", "VO @", "SP @", "OP @",
        "AB @", "US @", "text @", "K1 @", "SN @", "DO 10.1000/@", "LK http://@", "NO @", "ER", "U1 @", "AN @", "LA @", "ID @",
    ],
    "bibtex": [
        "@article{@,", "@book{@, title={@}}", "@misc(@,", "  title = {@},", '  author = "@, A and Lee, B",', "  year = 2001,",
        "}", ")", "  title = {unbalanced @ {,", "% comment @", "@comment{@}", '@string{s = "@"}', '@preamble{"@"}', "text @",
        "  note = s # { @ },", "  keywords = {@, b},", "  doi = {10.1000/@},", "  crossref = {@},", "  + = {@},", "  abstract = {@",
        "  journal = s,", '  title = "never @,', "@article{a,title={@}}@article{b,title={@}}", "  pages = {@--@},", "  url = {@}",
    ],
    "csv": [
        "title,authors,year,doi", "@,\"Lee, A; @, B\",2001,10.1000/@", "@", "@,@", "\"@\",\"@\",,", "\"@ never closed,a,2001,b",
        "\"two", "lines @\",@,2001,", "@,b,c,d,@,@", ",,,", "\"a \"\"@\"\" b\",c,d,e", "a\"@\"b,c,2001,d", "sep=,", ";;", "@;@;2001;@",
    ],
    "endnote-xml": [
        "<xml><records>", "<record>", "</record>", "<record><titles><title>@</title></titles></record>", "<titles>", "</titles>",
        "<title>@</title>", "<title><style face='i'>@</style> x</title>", "<author>@, A</author>", "<abstract>@</abstract>", "@",
        "<year>2001</year>", "<unknown a='@'>@</unknown>", "<keyword>@ &amp; b</keyword>", "& @", "&nbsp;@", "<b>@", "<!-- @ -->",
        "<![CDATA[ @ <record> ]]>", "</records></xml>", "<isbn>1234-5678 (@)</isbn>", "\x02@", "<pages>@</pages>", "<record/>",
    ],
    "pubmed-xml": [
        "<PubmedArticleSet>", "<PubmedArticle>", "</PubmedArticle>", "<MedlineCitation Status='@'>", "</MedlineCitation>",
        "<PMID Version='1'>12</PMID>", "<ArticleTitle>@ <i>@</i></ArticleTitle>", "<Article>", "</Article>", "<Abstract>",
        "</Abstract>", "<AbstractText Label='AIM'>@</AbstractText>", "<Author><LastName>@</LastName><Initials>A</Initials></Author>",
        "<Author><CollectiveName>@</CollectiveName></Author>", "<KeywordList><Keyword>@</Keyword></KeywordList>", "@", "& @",
        "<MeshHeading><DescriptorName>@</DescriptorName></MeshHeading>", "<PubDate><Year>2001</Year><Month>@</Month></PubDate>",
        "<CommentsCorrections RefType='ErratumIn'><RefSource>@</RefSource></CommentsCorrections>", "<X><Y>@</Y></X>",
        "<PubmedBookArticle>", "</PubmedBookArticle>", "<BookTitle>@</BookTitle>", "<ELocationID EIdType='doi'>10.1/@</ELocationID>",
    ],
}  # fmt: skip
# The line that makes a file be recognised.
OPENING = {
    "ris": "TY  - JOUR",
    "nbib": "PMID- 1",
    "wos": "FN Clarivate\nVR 1.0\nPT J",
    "ovid": "<1>\nVN  - Ovid Technologies",
    "cochrane": "Record #1 of 2\nID: CN-1\nTI: Opening",
    "enw": "%0 Journal Article\n%T Opening",
    "refworks": "RT Journal Article\nT1 Opening",
    "bibtex": "@article{opening, title={Opening}}",
    "csv": "title,authors,year,doi",
    "endnote-xml": "<xml><records><record><titles><title>Opening</title></titles></record>",
    "pubmed-xml": "<PubmedArticleSet><PubmedArticle><PMID>7</PMID></PubmedArticle>",
}


def file_of(kind: str) -> st.SearchStrategy[str]:
    """Return files of a format: its opening, then its lines and blank ones in any order."""
    lines = st.lists(st.sampled_from([*LINES[kind], "", ""]), max_size=25)
    return lines.map(lambda found: _with_words("\n".join([OPENING[kind], *found, ""])))


def _with_words(text: str) -> str:
    """Text in which each "@" that stands for a word is a word of its own."""
    numbers = iter(range(10_000))
    return re.sub(
        r"@(?!(?:article|book|misc|comment|string|preamble)\b)(?<!%@)",
        lambda _: f"word{next(numbers)}end",
        text,
    )


def read(data: bytes, kind: str) -> ImportResult | None:
    """Read a file; a refusal is an answer too."""
    N_READ[kind] += 1
    try:
        return read_references(data, file="fuzz", review_id="fuzz", format=None)
    except UserError:
        return None


def lost_words(text: str, result: ImportResult) -> list[str]:
    """Return the words of a text that are in no record and on no line with an issue."""
    told = json.dumps(
        [[getattr(record, name) for name in (*FIELD_NAMES, "extra")] for record in result.records]
    ).casefold()
    reported = {
        line
        for issue in result.report.issues
        for line in range(issue.line, issue.line + issue.n_lines)
    }
    return [
        f"line {number}: {word}"
        for number, line in enumerate(re.split(r"\r\n|\r|\n", text), start=1)
        for word in re.findall(r"word\d+end", line)
        if word not in told and number not in reported
    ]


@pytest.fixture(scope="module", autouse=True)
def _say_how_many(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    capture = request.config.pluginmanager.getplugin("capturemanager")
    with capture.global_and_fixture_disabled():
        sys.stdout.write(
            f"\nfuzzed: {sum(N_READ.values()):,} files ({dict(sorted(N_READ.items()))})\n"
        )


@pytest.mark.parametrize("kind", LINES)
@FUZZ
@given(data=st.data())
def test_every_word_of_a_file_is_in_a_record_or_on_a_line_that_is_reported(
    kind: str, data: st.DataObject
):
    text = data.draw(file_of(kind))
    end = data.draw(st.sampled_from(["\n", "\r\n", "\r"]))
    encoding = data.draw(st.sampled_from(["utf-8", "utf-8", "utf-8-sig", "utf-16"]))
    content = text.replace("\n", end).encode(encoding)
    result = read(gzip.compress(content) if data.draw(st.booleans()) else content, kind)
    if result is None:
        return
    assert lost_words(text, result) == []
    says_so = any("record starts but" in issue.what for issue in result.report.issues)
    assert len(result.records) == result.report.n_start_tags or says_so


@pytest.mark.parametrize("kind", LINES)
@FUZZ
@given(data=st.data())
def test_a_file_with_bytes_changed_is_read_or_refused(kind: str, data: st.DataObject):
    content = bytearray(data.draw(file_of(kind)).encode())
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(content)))
        stop = min(len(content), at + data.draw(st.integers(0, 30)))
        content[at:stop] = data.draw(
            st.binary(max_size=8)
            | st.sampled_from(
                [b"{", b"}", b'"', b"<", b"&", b"\r", b"\0", b"\xff", b"<e2><80><94>"]
            )
            | st.just(bytes(content[at:stop]) * 2)
        )
    read(bytes(content), kind)


@FUZZ
@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(content: bytes):
    read(content, "bytes")


@FUZZ
@given(st.text(max_size=400), st.sampled_from(sorted(LINES)))
def test_any_text_is_read_or_refused_as_any_format(text: str, kind: str):
    N_READ["text"] += 1
    content = text.encode("utf-8", errors="replace")
    with contextlib.suppress(UserError):
        read_references(content, file="fuzz", review_id="fuzz", format=kind)
