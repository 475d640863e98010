"""EndNote and PubMed XML: nested values, mark-up, damage, and attacks that are refused."""

from __future__ import annotations

import json

import pytest

from whatworks.errors import FileError
from whatworks.references import ImportResult, Record, read_references


def read(text: str | bytes, kind: str) -> ImportResult:
    data = text.encode() if isinstance(text, str) else text
    result = read_references(data, file="made", review_id="demo")
    assert result.report.format == kind
    assert result.report.n_start_tags == len(result.records)
    return result


def extra(record: Record) -> dict[str, list[str]]:
    return json.loads(record.extra or "{}")


STYLED = (
    '<?xml version="1.0" encoding="UTF-8" ?><xml><records><record>'
    '<database name="Lib.enl" path="C:\\Lib.enl">Lib.enl</database>'
    '<source-app name="EndNote" version="20.4">EndNote</source-app><rec-number>2</rec-number>'
    '<ref-type name="Journal Article">17</ref-type><contributors><authors>'
    '<author><style face="normal">Lee, Ann</style></author><author>Kim, Bo</author></authors>'
    "<secondary-authors><author>Editor, E</author></secondary-authors></contributors>"
    '<titles><title><style face="normal">On </style><style face="italic">E. coli</style>'
    '<style face="normal"> &amp; co</style></title><secondary-title>J X</secondary-title></titles>'
    "<periodical><full-title>J X</full-title><abbr-1>JX</abbr-1></periodical><pages>10-9</pages>"
    "<volume>3</volume><number>2</number><keywords><keyword>one</keyword><keyword>two</keyword>"
    "</keywords><dates><year>2001</year><pub-dates><date>May</date></pub-dates></dates>"
    "<isbn>1234-5678 (Print)&#xD;8765-4321</isbn><accession-num>12345678</accession-num>"
    "<abstract>First.&#xD;Second.</abstract><urls><related-urls><url>https://a.org/1</url>"
    "<url>https://a.org/2</url></related-urls></urls>"
    "<electronic-resource-num>10.1000/ABC</electronic-resource-num>"
    "<remote-database-provider>NLM</remote-database-provider><custom7>seven</custom7></record>"
    "</records></xml>"
)


def test_endnote_xml_is_read_with_styles_and_nested_values():
    (record,) = read(STYLED, "endnote-xml").records
    assert record.title == "On E. coli & co"
    assert record.authors == "Lee, Ann; Kim, Bo"
    assert (record.container, record.volume, record.issue) == ("J X", "3", "2")
    assert (record.year, record.pmid, record.doi) == (2001, "12345678", "10.1000/abc")
    assert record.isbn_issn == "1234-5678; 8765-4321"
    assert (record.abstract, record.url) == ("First.\nSecond.", "https://a.org/1")
    rest = extra(record)
    assert rest["secondary-authors"] == ["Editor, E"]
    assert (rest["abbr-1"], rest["custom7"], rest["url"]) == (
        ["JX"],
        ["seven"],
        ["https://a.org/2"],
    )
    assert (rest["date"], rest["source-app@version"]) == (["May"], ["20.4"])


def test_endnote_xml_that_is_printed_on_many_lines_says_the_same():
    spread = STYLED.replace("><", ">\n    <").replace("<volume>3", "<volume>\n   3\n  ")
    (one,), (other,) = read(STYLED, "endnote-xml").records, read(spread, "endnote-xml").records
    assert (one.authors, one.volume, one.abstract, one.keywords) == (
        other.authors, other.volume, other.abstract, other.keywords,
    )  # fmt: skip
    assert (one.line, other.line) == (1, 4)
    assert spread.encode()[other.byte_offset or 0 :].startswith(b"<record>")


def test_capital_names_of_old_endnote_are_read():
    text = (
        "<XML><RECORDS><RECORD><REFERENCE_TYPE>0</REFERENCE_TYPE><AUTHORS><AUTHOR>Lee, A</AUTHOR></AUTHORS>"
        "<YEAR>2001</YEAR><TITLE>A</TITLE><SECONDARY_TITLE>J X</SECONDARY_TITLE></RECORD></RECORDS></XML>"
    )
    (record,) = read(text, "endnote-xml").records
    assert (record.title, record.authors, record.year, record.container) == (
        "A", "Lee, A", 2001, "J X",
    )  # fmt: skip


def test_words_record_in_comments_and_quoted_text_start_no_record():
    text = (
        "<xml><records><!-- <record> --><record><titles><title><![CDATA[A <record> of]]></title>"
        "</titles></record></records></xml>"
    )
    result = read(text, "endnote-xml")
    assert [record.title for record in result.records] == ["A <record> of"]
    assert [issue.what for issue in result.report.issues] == ["Text outside any record."]


@pytest.mark.parametrize(
    "damage",
    ["&nbsp;", "&eacute;t&eacute;", " & ", "\x02", "&#2;", "<b>open", " 3 < 4 ", "</i>"],
)
def test_a_damaged_record_costs_no_other_and_keeps_its_text(damage: str):
    record = "<record><titles><title>{}</title></titles><dates><year>2001</year></dates></record>"
    text = f"<xml><records>{record.format('One' + damage + 'end')}{record.format('Two')}</records></xml>"
    result = read(text, "endnote-xml")
    first, second = result.records
    assert "One" in (first.title or "")
    assert "end" in (first.title or "")
    assert (second.title, second.year) == ("Two", 2001)
    assert len(result.report.issues) == 1


def test_a_file_cut_off_keeps_its_last_record():
    result = read(STYLED[: STYLED.index("<keywords>")], "endnote-xml")
    (record,) = result.records
    assert (record.title, record.volume) == ("On E. coli & co", "3")
    assert [issue.what for issue in result.report.issues] == ["A record without an end tag."]


def test_the_encoding_that_xml_names_is_used():
    text = "<?xml version='1.0' encoding='ISO-8859-2'?><xml><records><record><titles><title>Łódź</title></titles></record></records></xml>"
    (record,) = read(text.encode("iso-8859-2"), "endnote-xml").records
    assert record.title == "Łódź"
    (record,) = read(text.encode("utf-16"), "endnote-xml").records
    assert record.title == "Łódź"


ATTACKS = {
    "a billion laughs": '<!DOCTYPE x [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]>',
    "a quadratic entity": f'<!DOCTYPE x [<!ENTITY a "{"a" * 10_000}">]>',
    "a file of the machine": '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
    "a parameter entity": '<!DOCTYPE x [<!ENTITY % p SYSTEM "http://example.org/x"> %p;]>',
}


@pytest.mark.parametrize("prolog", ATTACKS.values(), ids=ATTACKS.keys())
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_file_that_declares_entities_is_refused(prolog: str, encoding: str):
    text = f"<?xml version='1.0'?>{prolog}<xml><records><record><titles><title>&a;</title></titles></record></records></xml>"
    with pytest.raises(FileError, match="declares XML entities"):
        read_references(text.encode(encoding), file="made", review_id="demo")


def test_entities_declared_inside_a_record_are_refused_too():
    text = '<xml><records><record><!DOCTYPE x [<!ENTITY a "aa">]><titles><title>&a;</title></titles></record></records></xml>'
    with pytest.raises(FileError, match="declares XML entities"):
        read_references(text.encode(), file="made", review_id="demo")


def test_deep_nesting_is_read_as_text():
    depth = 50_000
    text = f"<xml><records><record><titles><title>A</title></titles>{'<x>' * depth}deep{'</x>' * depth}</record></records></xml>"
    (record,) = read(text, "endnote-xml").records
    assert (record.title, extra(record)["x"]) == ("A", ["deep"])


PUBMED = """<?xml version="1.0"?>
<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle, 1st January 2019//EN" "https://dtd.nlm.nih.gov/x.dtd">
<PubmedArticleSet>
<PubmedArticle><MedlineCitation Status="MEDLINE" Owner="NLM"><PMID Version="1">5</PMID>
<Article PubModel="Print"><Journal><ISSN IssnType="Print">1234-5678</ISSN><JournalIssue CitedMedium="Print">
<Volume>3</Volume><Issue>2</Issue><PubDate><MedlineDate>1998 Dec-1999 Jan</MedlineDate></PubDate></JournalIssue>
<Title>Journal of X</Title><ISOAbbreviation>J X</ISOAbbreviation></Journal>
<ArticleTitle>On H<sub>2</sub>O &lt; 5 and <i>E.
 coli</i>.</ArticleTitle><Pagination><MedlinePgn>1069-75</MedlinePgn></Pagination>
<Abstract><AbstractText Label="AIM">Why <b>so</b>.</AbstractText><AbstractText Label="RESULTS">So.</AbstractText>
<CopyrightInformation>Copyright X</CopyrightInformation></Abstract>
<AuthorList CompleteYN="Y"><Author ValidYN="Y"><LastName>Lee</LastName><ForeName>Ann B</ForeName><Initials>AB</Initials>
<Suffix>Jr</Suffix><Identifier Source="ORCID">0000-1</Identifier><AffiliationInfo><Affiliation>Univ A</Affiliation></AffiliationInfo></Author>
<Author><CollectiveName>The X Group</CollectiveName></Author></AuthorList><Language>eng</Language>
<GrantList><Grant><GrantID>G1</GrantID><Agency>NIH</Agency></Grant></GrantList>
<PublicationTypeList><PublicationType UI="D016428">Journal Article</PublicationType></PublicationTypeList></Article>
<CommentsCorrectionsList><CommentsCorrections RefType="RetractionIn"><RefSource>J Y. 2009;1:2</RefSource>
<PMID Version="1">6</PMID></CommentsCorrections></CommentsCorrectionsList>
<MeshHeadingList><MeshHeading><DescriptorName UI="D1" MajorTopicYN="N">Reading</DescriptorName>
<QualifierName UI="Q1" MajorTopicYN="Y">methods</QualifierName></MeshHeading></MeshHeadingList>
<KeywordList Owner="NOTNLM"><Keyword MajorTopicYN="N">word <i>one</i></Keyword></KeywordList></MedlineCitation>
<PubmedData><ArticleIdList><ArticleId IdType="pubmed">5</ArticleId><ArticleId IdType="doi">10.1000/ABC</ArticleId>
<ArticleId IdType="pmc">PMC7</ArticleId></ArticleIdList><ReferenceList><Reference><Citation>Roe 2001</Citation>
<ArticleIdList><ArticleId IdType="pubmed">99</ArticleId></ArticleIdList></Reference></ReferenceList></PubmedData></PubmedArticle>
<PubmedBookArticle><BookDocument><PMID Version="1">8</PMID><ArticleIdList><ArticleId IdType="bookaccession">NBK1</ArticleId></ArticleIdList>
<Book><Publisher><PublisherName>Press</PublisherName></Publisher><BookTitle book="b">The Book</BookTitle><PubDate><Year>2010</Year></PubDate>
<AuthorList Type="editors"><Author><LastName>Ed</LastName><Initials>E</Initials></Author></AuthorList><Isbn>9783161484100</Isbn></Book>
<ArticleTitle book="b" part="p">A Chapter</ArticleTitle><AuthorList Type="authors"><Author><LastName>Kim</LastName><Initials>B</Initials></Author></AuthorList>
</BookDocument></PubmedBookArticle>
<DeleteCitation><PMID>77</PMID></DeleteCitation>
</PubmedArticleSet>
"""


def test_pubmed_xml_is_read_with_mark_up_labels_and_links():
    article, chapter = read(PUBMED, "pubmed-xml").records
    assert article.title == "On H2O < 5 and E. coli."
    assert article.authors == "Lee, Ann B, Jr; The X Group"
    assert (article.year, article.pages, article.doi) == (1998, "1069-1075", "10.1000/abc")
    assert article.abstract == "AIM: Why so.\nRESULTS: So."
    assert article.keywords == "Reading/*methods; word one"
    assert (article.pmid, article.accession, article.isbn_issn) == ("5", "PMC7", "1234-5678")
    rest = extra(article)
    assert rest["CommentsCorrections@RetractionIn"] == ["RefSource: J Y. 2009;1:2; PMID: 6"]
    assert rest["Affiliation"] == ["Lee, Ann B, Jr: Univ A"]
    assert rest["Identifier@ORCID"] == ["Lee, Ann B, Jr: 0000-1"]
    assert rest["Grant"] == ["GrantID: G1; Agency: NIH"]
    assert rest["Reference"] == ["Citation: Roe 2001; pubmed: 99"]
    assert rest["Abstract/CopyrightInformation"] == ["Copyright X"]
    assert (chapter.record_type, chapter.title, chapter.container) == (
        "chapter", "A Chapter", "The Book",
    )  # fmt: skip
    assert (chapter.authors, chapter.year, chapter.accession) == ("Kim, B", 2010, "NBK1")
    assert extra(chapter)["Editor"] == ["Ed, E"]


def test_a_citation_that_pubmed_deleted_is_reported():
    (issue,) = read(PUBMED, "pubmed-xml").report.issues
    assert (issue.what, issue.line) == (
        "Text outside any record.",
        PUBMED[: PUBMED.index("77")].count("\n") + 1,
    )
