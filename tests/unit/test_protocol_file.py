"""The protocol as a Markdown file: sections in, what changed, and out again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whatworks.errors import FileError
from whatworks.references.nouns import Amendment
from whatworks.references.protocol import changed_sections, protocol_markdown, read_protocol

TEXT = """# A review of reading

Registered nowhere yet.

## Question
What helps?

## Eligibility criteria ##

Pupils aged 5 to 11.

```
## not a heading
```
"""


def read(text: str):
    return read_protocol(text.encode(), file="protocol.md", review_id="r")


def amendment(**fields) -> Amendment:
    values = {
        "amendment_id": "r:amendment:1",
        "review_id": "r",
        "section": "question",
        "amended_on": "2026-11-01",
        "change": "Spelling | too",
        "reason": "Two\nlines",
        "stage": "before_search",
        "made_by": "lead-1",
    }
    return Amendment(**{**values, **fields})


def test_headings_are_sections_and_what_stands_before_them_is_kept():
    sections = read(TEXT)

    assert [(one.section, one.position, one.title) for one in sections] == [
        ("opening", 1, "Opening"),
        ("question", 2, "Question"),
        ("eligibility-criteria", 3, "Eligibility criteria"),
    ]
    assert sections[0].text == "# A review of reading\n\nRegistered nowhere yet."
    assert "## not a heading" in sections[2].text


def test_only_words_count_as_a_change():
    before = read(TEXT)

    assert changed_sections(before, read(TEXT.replace("\n", "  \r\n"))) == {}
    moved = TEXT.replace("## Question\nWhat helps?\n\n", "") + "\n## Question\nWhat helps?\n"
    assert changed_sections(before, read(moved)) == {}
    other = TEXT.replace("What helps?", "What harms?").replace("criteria", "rules") + "## New\nx"
    assert changed_sections(before, read(other)) == {
        "question": "changed",
        "eligibility-rules": "added",
        "new": "added",
        "eligibility-criteria": "taken out",
    }


def test_the_print_out_has_the_amendments_and_reads_back_without_them():
    sections = read(TEXT)

    text = protocol_markdown(sections, [amendment()])

    assert (
        "| 2026-11-01 | question | Spelling \\| too | Two lines | before search | lead-1 |" in text
    )
    assert read(text) == sections


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Just words.", 'No line begins with "## "'),
        ("## A\nx\n## a\ny", 'lines 1 and 3 are both "a"'),
        ("## !\nx", "has no words"),
        ("## A\nx\n## Amendments\nWe changed our minds.", "holds more than the printed table"),
        ("", "The file is empty"),
    ],
)
def test_what_is_no_protocol_is_refused_with_its_place(text, message):
    with pytest.raises(FileError, match=message):
        read(text)


BODY = st.text(alphabet=st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=40)


@given(st.lists(BODY, min_size=1, max_size=4))
def test_reading_the_print_out_gives_the_same_sections(bodies):
    text = "\n".join(f"## Part {at}\n{body}" for at, body in enumerate(bodies))
    sections = read(text)

    assert read(protocol_markdown(sections, [])) == sections
