"""Agreement by its definitions: loops over pairs of ratings, slow and plain, to judge the fast code.

A rating is a number from 0 to q - 1 or None; `records` holds one list of ratings for each record, one
place for each rater. `w(k, l)` is the agreement of two categories. `mass` is how much each record counts, their
sum 1, so that a derivative along it gives the influence of a record.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

Records = Sequence[Sequence[int | None]]
Weight = Callable[[int, int], float]
Mass = Sequence[float]


def even(records: Records) -> list[float]:
    return [1.0 / len(records)] * len(records)


def given(record: Sequence[int | None]) -> list[int]:
    return [rating for rating in record if rating is not None]


def mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def observed(records: Records, w: Weight, mass: Mass) -> float:
    total = share = 0.0
    for record, part in zip(records, mass, strict=True):
        ratings = given(record)
        pairs = [w(a, b) for i, a in enumerate(ratings) for j, b in enumerate(ratings) if i != j]
        if pairs:
            total += part * mean(pairs)
            share += part
    return total / share


def by_chance_cohen(records: Records, w: Weight, mass: Mass) -> float:
    """Two different raters, a record of each, drawn apart."""
    pairs = []
    raters = [g for g in range(len(records[0])) if any(record[g] is not None for record in records)]
    for g in raters:
        for h in raters:
            if g == h:
                continue
            total = share = 0.0
            for one, part in zip(records, mass, strict=True):
                for other, part_of_other in zip(records, mass, strict=True):
                    a, b = one[g], other[h]
                    if a is not None and b is not None:
                        total += part * part_of_other * w(a, b)
                        share += part * part_of_other
            pairs.append(total / share)
    return mean(pairs)


def by_chance_pooled(records: Records, w: Weight, mass: Mass) -> float:
    """Two records drawn apart, the same one twice allowed, and a rating of each."""
    total = 0.0
    for one, part in zip(records, mass, strict=True):
        for other, part_of_other in zip(records, mass, strict=True):
            pairs = [w(a, b) for a in given(one) for b in given(other)]
            total += part * part_of_other * mean(pairs)
    return total


def by_chance_uniform(w: Weight, q: int) -> float:
    return mean([w(k, m) for k in range(q) for m in range(q)])


def by_chance_gwet(records: Records, w: Weight, mass: Mass, q: int) -> float:
    """How often two ratings of records drawn apart differ, times the mean weight of a random rating."""
    differ = by_chance_pooled(records, lambda a, b: float(a != b), mass)
    return differ * sum(w(k, m) for k in range(q) for m in range(q)) / (q * (q - 1))


def corrected(seen: float, chance: float) -> float:
    return (seen - chance) / (1.0 - chance)


def alpha(records: Records, distance: Weight) -> float:
    """Disagreement within records over that of any two values, no value with itself."""
    pairable = [given(record) for record in records if len(given(record)) > 1]
    values = [value for ratings in pairable for value in ratings]
    within = sum(
        distance(a, b) / (len(ratings) - 1)
        for ratings in pairable
        for i, a in enumerate(ratings)
        for j, b in enumerate(ratings)
        if i != j
    )
    between = sum(
        distance(a, b) for i, a in enumerate(values) for j, b in enumerate(values) if i != j
    )
    return 1.0 - (within / len(values)) / (between / (len(values) * (len(values) - 1)))


def distance_of_ranks(records: Records) -> Weight:
    """Squared number of values from the middle of one category to the middle of the other."""
    values = [v for record in records if len(given(record)) > 1 for v in given(record)]

    def distance(a: int, b: int) -> float:
        low, high = min(a, b), max(a, b)
        between = sum(low <= value <= high for value in values)
        return (between - (values.count(low) + values.count(high)) / 2) ** 2 if a != b else 0.0

    return distance


def specific(records: Records, category: int) -> float:
    """Of the pairs of ratings of a record of which the first is the category, how often the second is."""
    agreed = possible = 0
    for record in records:
        ratings = given(record)
        for i, a in enumerate(ratings):
            for j, b in enumerate(ratings):
                if i != j and a == category:
                    possible += 1
                    agreed += b == category
    return agreed / possible
