"""Pages about the site itself: data, about, accessibility, glossary, and what goes wrong."""

from __future__ import annotations

from whatworks.release.schema import TABLES
from whatworks.site.context import Context
from whatworks.site.figures import date_in_words
from whatworks.site.glossary_terms import GLOSSARY
from whatworks.site.page import Page

__all__ = ["about_page", "accessibility_page", "data_page", "error_page", "glossary_page"]


def data_page(context: Context) -> Page:
    """Return the page of tables, downloads and how to check a number."""
    evidence = context.evidence
    tables = [(table, len(evidence.table(table.name))) for table in TABLES.values()]
    example = next(
        (number.number_id for number in evidence.numbers if number.field == "estimate"), None
    )
    return context.render(
        "data.html",
        path="data.html",
        title="Data and how to check it",
        section="data",
        values={
            "tables": tables,
            "folder": context.tables,
            "reviews": evidence.reviews,
            "n_numbers": len(evidence.numbers),
            "n_analyses": len(evidence.analyses),
            "example": example,
        },
    )


def about_page(context: Context) -> Page:
    """Return what this is, its licences, and how to cite it."""
    return context.render(
        "about.html",
        path="about.html",
        title="About whatworks",
        section="about",
        values={
            "reviews": context.evidence.reviews,
            "citation": (
                f"whatworks contributors ({context.release.released_on[:4]}). {context.release.title}, "
                f"version {context.release.version}, {date_in_words(context.release.released_on)}."
            ),
            "figure_sources": sorted(
                {(row.source, row.licence) for row in context.evidence.figures}
            ),
        },
    )


def accessibility_page(context: Context) -> Page:
    """Return the accessibility statement."""
    return context.render(
        "accessibility.html",
        path="accessibility.html",
        title="Accessibility",
        section="",
        values={},
    )


def glossary_page(context: Context) -> Page:
    """Return the glossary."""
    return context.render(
        "glossary.html",
        path="glossary.html",
        title="Glossary",
        section="",
        values={"entries": sorted(GLOSSARY, key=lambda entry: entry.word.lower().lstrip("9[5 "))},
    )


def error_page(
    context: Context, *, title: str, advice: str, detail: str | None = None, root: str | None = None
) -> Page:
    """Return a page that says what went wrong and what to do.

    Parameters
    ----------
    title : str
        What happened.
    advice : str
        What to do about it.
    detail : str, optional
        More, in the words of the error.
    root : str, optional
        Way to the site's root; an error can happen at any address.
    """
    return context.render(
        "error.html",
        path="404.html",
        title=title,
        section="",
        values={"advice": advice, "detail": detail},
        root=root,
    )
