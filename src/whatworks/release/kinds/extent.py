"""How much evidence an analysis pools, and where it is from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from whatworks.extraction.nouns import Effect
from whatworks.release.evidence import Evidence
from whatworks.release.results import Result

__all__ = ["extent_results", "studies_with_several"]

UNITED_KINGDOM = frozenset(
    {"UK", "United Kingdom", "England", "Scotland", "Wales", "Northern Ireland"}
)


def extent_results(evidence: Evidence, effects: Sequence[Effect]) -> list[Result]:
    """Return how much evidence there is, and how much of it is from the United Kingdom."""
    largest: dict[str, int] = {}
    for effect in effects:
        largest[effect.study_id] = max(largest.get(effect.study_id, 0), effect.n_total or 0)
    unknown = sum(n == 0 for n in largest.values())
    countries = [evidence.study_by_id[study_id].country for study_id in largest]
    known = [country for country in countries if country]
    uk = sum(
        not UNITED_KINGDOM.isdisjoint(part.strip() for part in country.replace(";", ",").split(","))
        for country in known
    )
    return [
        Result("k_studies", len(largest), "studies", "Studies pooled"),
        Result("k_effects", len(effects), "effects", "Effects pooled"),
        Result(
            "n_pupils",
            sum(largest.values()),
            "pupils",
            "Pupils: the largest sample of each study, summed",
            f"{unknown:,} of {len(largest):,} studies do not give a number." if unknown else None,
        ),
        Result(
            "share_uk",
            100 * uk / len(known) if known else None,
            "percent",
            "Share of studies from the United Kingdom",
            None
            if len(known) == len(countries)
            else f"The country is known for {len(known):,} of {len(countries):,} studies.",
        ),
    ]


def studies_with_several(effects: Sequence[Effect]) -> int:
    """Return how many studies give more than one effect."""
    return sum(n > 1 for n in Counter(effect.study_id for effect in effects).values())
