"""BibTeX as it is found: TeX from Mendeley and JabRef, forgotten signs, words that look like entries."""

from __future__ import annotations

import json

import pytest

from whatworks.references import ImportResult, Record, read_references


def read(text: str) -> ImportResult:
    result = read_references(text.encode(), file="made.bib", review_id="demo")
    assert result.report.format == "bibtex"
    assert result.report.n_start_tags == len(result.records)
    return result


def told(result: ImportResult) -> list[str]:
    return [issue.what for issue in result.report.issues]


def only(value: str, field: str = "title") -> Record:
    (record,) = read(f"@article{{a, {field} = {{{value}}}}}\n").records
    return record


@pytest.mark.parametrize(
    ("tex", "text"),
    [
        (r"{\textless}b{\textgreater}bold{\textless}/b{\textgreater}", "<b>bold</b>"),
        (r"p {\textless} 0.01", "p < 0.01"),
        (r"{\pounds}3, {\euro}4, \S 5, \P{} 6", "£3, €4, § 5, ¶ 6"),
        (r"{\textgamma}- and {\textDelta}-waves", "γ- and Δ-waves"),
        (r"one\textunderscore two\textasciitilde three \~{}", "one_two~three ~"),
        (r"Stra\ss e in \O sterbro, {\AA}rhus", "Straße in Østerbro, Århus"),
        (r"{\'A}, \'{e}, \v{c}, \v s, \c c, \'\i, {\'{\i}}, \H{o}", "Á, é, č, š, ç, í, í, ő"),
        (r"A {\it small} \emph{trial} of \texttt{x}", "A small trial of x"),
        (r"As in \cite{lee2001} and \ref{fig}", "As in lee2001 and fig"),
        (r"{\"U}ber \url{http://made.org/a--b%20c_d~e}", "Über http://made.org/a--b%20c_d~e"),
        (r"From \path|me@made.org| and \verb+a_b+", "From me@made.org and a_b"),
        (r"Half \alpha and 50% or more & {\alpha}", "Half α and 50% or more & α"),
        (r"``Said'' and {\"u}", "“Said” and ü"),
        ("``Said''", "“Said”"),
        (r"Long wo\-rds", "Long words"),
    ],
)
def test_tex_becomes_the_text_it_stands_for(tex: str, text: str):
    assert only(tex).title == text


@pytest.mark.parametrize(
    ("tex", "text"),
    [
        ("Fees of $5 to $10 a day", "Fees of $5 to $10 a day"),
        ("US$5 and AU$10", "US$5 and AU$10"),
        (r"{\"U}ber $7", "Über $7"),
        (r"$\beta$-blockers, H$_2$O and 5$-$10", "β-blockers, H_2O and 5-10"),
        (r"Of $ \alpha $ and \$3", "Of α and $3"),
    ],
)
def test_a_sum_of_money_is_no_formula(tex: str, text: str):
    assert only(tex).title == text


@pytest.mark.parametrize(
    ("tex", "text", "what"),
    [
        (r"Of \zork words", "Of zork words", "TeX commands that are not known."),
        (r"Of \zork{many} words", "Of many words", "TeX commands that are not known."),
        (r"On \title{this}", "On this", "TeX commands that are not known."),
        (r"{\"U}ber \href{http://made.org/a%20b}{us}", "Über us", "A link within a text."),
        (r"{\"U}ber \frac{1}", r"Über \frac{1}", "TeX that could not be read."),
    ],
)
def test_tex_that_plain_text_cannot_show_is_told(tex: str, text: str, what: str):
    result = read(f"@article{{a, title = {{{tex}}}}}\n")
    assert result.records[0].title == text
    assert told(result) == [what]


@pytest.mark.parametrize(
    ("field", "tex", "text"),
    [
        ("doi", r"10.1000/ab\_1", "10.1000/ab_1"),
        ("doi", r"https://doi.org/10.1000/AB{\_}2", "10.1000/ab_2"),
        ("doi", r"10.1000/x{\textless}1{\textgreater}3", "10.1000/x<1>3"),
        ("url", r"https://made.org/a\_b{\%}20c", "https://made.org/a_b%20c"),
        ("url", r"\url{https://made.org/{~}me\#x}", "https://made.org/~me#x"),
        ("url", "{https://made.org/x}", "https://made.org/x"),
        ("url", "https://made.org/{id}", "https://made.org/{id}"),
    ],
)
def test_addresses_and_identifiers_lose_the_tex_around_their_signs(field: str, tex: str, text: str):
    assert getattr(only(tex, field), field) == text


@pytest.mark.parametrize(
    ("value", "authors"),
    [
        ("Roy, Ann AND Bo Lee And Cy, D.", "Roy, Ann; Lee, Bo; Cy, D."),
        ("Roy, Ann; Lee, Bo", "Roy, Ann; Lee, Bo"),
        ("{Sun; Moon Ltd}", "Sun, Moon Ltd"),
        ("Roy, Ann and Lee, Bo and others", "Roy, Ann; Lee, Bo"),
        ("Roy, Ann; and Lee, Bo", "Roy, Ann; Lee, Bo"),
        (r"{\"O}zlem Ay and {{\"O}sterreich Bank}", "Ay, Özlem; Österreich Bank"),
    ],
)
def test_authors_are_parted_as_their_writer_meant(value: str, authors: str):
    assert only(value, "author").authors == authors


@pytest.mark.parametrize(
    ("value", "what"),
    [
        ("Roy, Ann and others", 'A list of authors that ends in "and others".'),
        ("Roy, Ann; Lee, Bo", 'Authors parted by ";" instead of "and".'),
    ],
)
def test_a_list_of_authors_that_was_mended_is_told(value: str, what: str):
    assert what in told(read(f"@article{{a, title={{T}}, author={{{value}}}}}\n"))


@pytest.mark.parametrize(
    "line",
    ["@wrap(f) and @memo{g}", "@someone{see below}", "@article{like this, or so}", "@todo (later)"],
)
def test_a_line_of_an_abstract_that_looks_like_an_entry_is_text(line: str):
    result = read(
        f"@article{{a,\n title = {{One}},\n abstract = {{About\n{line}\nin 5\\% of code}},\n"
        " year = 2001\n}\n@book{b, title = {Two}}\n"
    )
    first, second = result.records
    assert (first.title, first.year, second.title) == ("One", 2001, "Two")
    assert first.abstract == f"About {line.replace('{', '').replace('}', '')} in 5% of code"
    assert told(result) == []


@pytest.mark.parametrize(
    "opened",
    ["@article{a,\n title = {One},\n\n", "@article{a,\n title = {One {two},\n}\n", "@misc{a}\n"],
)
@pytest.mark.parametrize("entry", ["@book{b, title={Two}}", "@misc{b}", "@book{title={Two}}"])
def test_an_entry_after_one_left_open_is_an_entry(opened: str, entry: str):
    assert len(read(f"{opened}{entry}\n@book{{c, title={{Three}}}}\n").records) == 3


@pytest.mark.parametrize(
    "start", ["@ article{a,", "@\tarticle {a,", "@article\n{a,", "@article\n\n  {\na,"]
)
def test_blanks_and_line_ends_may_part_the_start_of_an_entry(start: str):
    result = read(f"{start}\n title={{One}}, year=2001\n}}\n@book{{b, title={{Two}}}}\n")
    assert [(r.title, r.year) for r in result.records] == [("One", 2001), ("Two", None)]
    assert (result.records[0].line, told(result)) == (1, [])


def test_a_sentence_with_an_at_sign_is_no_entry():
    result = read("@ home (in town) all is well\n@book{b, title={Two}}\n")
    assert [record.title for record in result.records] == ["Two"]


def test_repeated_fields_and_keys_have_no_braces_and_their_macros_are_resolved():
    result = read(
        "@string{jm = {Journal of Made}}\n@article{a, title={One}}\n"
        "@article{a, title={Two}, author={Roy, Ann and Lee, Bo}, journal=jm, year=\"2001\"}\n"
        '@misc{c, title="Three", url={http://made.org/1}, url={http://made.org/2}}\n'
    )  # fmt: skip
    _, second, third = result.records
    assert (second.title, second.authors, second.container, second.year) == (
        "Two",
        "Roy, Ann; Lee, Bo",
        "Journal of Made",
        2001,
    )
    assert (third.title, third.url) == ("Three", "http://made.org/1")
    assert json.loads(third.extra or "")["url"] == ["http://made.org/2"]


def test_a_macro_given_twice_does_not_stop_the_reading():
    result = read("@string{jm = {One}}\n@string{jm = {Two}}\n@article{a, title={T}, journal=jm}\n")
    assert result.records[0].container in ("One", "Two")


def test_what_was_read_field_by_field_is_not_also_reported_as_skipped():
    result = read(
        "@article{a\n title={One},\n year=2001\n}\n"
        "@article{b,\n title={Two} or two},\n year=2002\n}\n@book{c, title={Three}}, stray\n"
    )
    assert [record.year for record in result.records] == [2001, 2002, None]
    assert [(issue.line, issue.what) for issue in result.report.issues] == [
        (1, "An entry that is not well-formed BibTeX."),
        (5, "An entry that is not well-formed BibTeX."),
        (9, "Text between entries."),
    ]


def test_an_entry_in_the_middle_of_a_line_is_not_read_twice():
    result = read_references(
        b"@book{a, title={One}} x @book{b, title={Two}}\n", file="made.bib", review_id="demo"
    )
    assert [record.title for record in result.records] == ["One", "Two"]
