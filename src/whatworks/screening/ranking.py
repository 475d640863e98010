"""Which record to screen next: those most like what was found relevant, with the words that say so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from whatworks.errors import UserError
from whatworks.screening.text_features import STOP_WORDS, TextFeatures, text_features

__all__ = [
    "LEARNERS",
    "Ranking",
    "RankingFeatures",
    "Reason",
    "rank",
    "ranking_features",
    "require_learner",
]

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

LEARNERS = ("svm", "logistic")
# A relevant record counts as so many others: there are few, and one overlooked costs more.
RELEVANT_WEIGHT = 10.0
# Inverse strength of the penalty.
FREEDOM = {"svm": 0.1, "logistic": 1.0}
MOST_STEPS = 1_000


@dataclass(frozen=True, slots=True)
class View:
    """One way of looking at the records, with a learner of its own.

    Attributes
    ----------
    share
        How much it counts.
    of_title
        Whether it sees titles alone.
    longest_run, most_share, leave_out
        See `text_features`.
    is_balanced
        Whether all relevant records together count `RELEVANT_WEIGHT` times all others, however many there
        are; else each of them does.
    """

    share: float
    of_title: bool
    longest_run: int
    most_share: float
    leave_out: frozenset[str]
    is_balanced: bool


# Learners that err in different ways find more together. Words that carry a subject; then all words, "and",
# "of" and "should" with them, which tell kinds of documents apart; and titles alone, for an abstract of
# three hundred words drowns the ten that its authors chose.
VIEWS = (
    View(0.5, False, 3, 0.5, STOP_WORDS, is_balanced=False),
    View(0.5, False, 2, 0.95, frozenset(), is_balanced=True),
    View(0.5, True, 3, 0.5, STOP_WORDS, is_balanced=False),
)


@dataclass(frozen=True, eq=False)
class RankingFeatures:
    """The texts of n records as vectors, one part for each of `VIEWS`."""

    parts: tuple[TextFeatures, ...]

    @property
    def n_records(self) -> int:
        """Records that can be ranked."""
        return int(self.parts[0].matrix.shape[0])


@dataclass(frozen=True, slots=True)
class Reason:
    """A term of a record and how far it moves it, up (above 0) or down."""

    term: str
    worth: float


@dataclass(frozen=True, eq=False)
class Ranking:
    """Scores of n records.

    Attributes
    ----------
    scores
        The higher, the sooner to be screened, (n,); in standard deviations of the records not yet
        screened, which orders them and is no probability.
    features
        What was ranked.
    weights
        Worth of each term in each of the parts.
    """

    scores: Floats
    features: RankingFeatures
    weights: tuple[Floats, ...]

    def order(self, *, without: Ints | None = None) -> Ints:
        """Return the positions of the records, the likeliest first; of equals, the earlier.

        Parameters
        ----------
        without : array of int, optional
            Positions to leave out: those that are screened.
        """
        order = np.argsort(-self.scores, kind="stable")
        if without is None:
            return order
        is_left = np.ones(self.scores.size, dtype=np.bool_)
        is_left[without] = False
        return order[is_left[order]]

    def reasons(self, position: int, *, most: int = 6) -> tuple[Reason, ...]:
        """Return the terms that moved a record most, the weightiest first."""
        worth: dict[str, float] = {}
        for part, weights in zip(self.features.parts, self.weights, strict=True):
            row = part.matrix[[position]]
            for column, value in zip(row.indices.tolist(), row.data.tolist(), strict=True):
                moved = value * weights[column]
                if moved != 0.0:
                    worth[part.terms[column]] = worth.get(part.terms[column], 0.0) + float(moved)
        ordered = sorted(worth.items(), key=lambda item: (-abs(item[1]), item[0]))
        return tuple(Reason(term, value) for term, value in ordered[:most])


def ranking_features(titles: Sequence[str], abstracts: Sequence[str]) -> RankingFeatures:
    """Return the texts of records as vectors; once, and again only when records come in.

    Parameters
    ----------
    titles, abstracts : sequences of str, n of each
        Empty where there is none.

    Raises
    ------
    UserError
        There are not as many abstracts as titles.
    """
    if len(titles) != len(abstracts):
        raise UserError(f"{len(titles):,} titles and {len(abstracts):,} abstracts do not match.")
    both = [f"{title} {abstract}" for title, abstract in zip(titles, abstracts, strict=True)]
    return RankingFeatures(
        tuple(
            text_features(
                titles if view.of_title else both,
                longest_run=view.longest_run,
                most_share=view.most_share,
                leave_out=view.leave_out,
            )
            for view in VIEWS
        )
    )


def rank(
    features: RankingFeatures,
    screened: Sequence[int] | Ints,
    relevant: Sequence[bool] | Bools,
    *,
    learner: str = "svm",
) -> Ranking:
    """Rank records by what was decided about some of them.

    Parameters
    ----------
    features : RankingFeatures
        Of n records.
    screened : sequence of int, k of them
        Positions of the records that were screened.
    relevant : sequence of bool, k of them
        What was decided.
    learner : {"svm", "logistic"}
        A linear support vector machine, or logistic regression; both weigh terms, so that each rank has
        its reasons.

    Raises
    ------
    UserError
        The decisions are not all of one kind as they must be: none is relevant, or all are; or there is
        no such learner.

    References
    ----------
    Fan RE, Chang KW, Hsieh CJ, Wang XR, Lin CJ (2008). LIBLINEAR: a library for large linear
    classification. Journal of Machine Learning Research 9:1871-1874.
    """
    require_learner(learner)
    at = np.asarray(screened, dtype=np.int64)
    is_relevant = np.asarray(relevant, dtype=np.bool_)
    if at.size != is_relevant.size:
        raise UserError(f"{at.size:,} records and {is_relevant.size:,} decisions do not match.")
    if is_relevant.all() or not is_relevant.any():
        found = "only relevant ones" if is_relevant.any() else "no relevant one"
        raise UserError(
            f"Of {at.size:,} records screened there are {found}. Ranking needs a relevant record and one "
            "that is not."
        )
    is_left = np.ones(features.n_records, dtype=np.bool_)
    is_left[at] = False
    scores = np.zeros(features.n_records)
    weights = []
    for part, view in zip(features.parts, VIEWS, strict=True):
        learned = _learned(part, at, is_relevant, learner, is_balanced=view.is_balanced)
        found = part.matrix @ learned
        # Learners of few words and of many reach differently far.
        spread = float(found[is_left].std()) if is_left.any() else 0.0
        scale = view.share / spread if spread > 0.0 else 0.0
        scores += scale * (found - (found[is_left].mean() if is_left.any() else 0.0))
        weights.append(scale * learned)
    return Ranking(scores, features, tuple(weights))


def require_learner(learner: str) -> None:
    """Check that there is a learner of this name.

    Raises
    ------
    UserError
        There is none.
    """
    if learner not in LEARNERS:
        raise UserError(f"There is no learner {learner!r}. Use one of {', '.join(LEARNERS)}.")


def _learned(
    part: TextFeatures, at: Ints, is_relevant: Bools, learner: str, *, is_balanced: bool
) -> Floats:
    """Return the worth of each term of a part, (m,)."""
    # Loading it takes longer than all else here.
    from sklearn.linear_model import LogisticRegression
    from sklearn.svm import LinearSVC

    if part.matrix.shape[1] == 0:
        return np.zeros(0)
    counts = np.where(is_relevant, RELEVANT_WEIGHT, 1.0)
    if is_balanced:
        counts /= np.where(is_relevant, is_relevant.sum(), (~is_relevant).sum())
        counts *= at.size / counts.sum()
    model = (
        LinearSVC(C=FREEDOM[learner], max_iter=MOST_STEPS, random_state=0)
        if learner == "svm"
        else LogisticRegression(C=FREEDOM[learner], max_iter=MOST_STEPS)
    )
    model.fit(part.matrix[at], is_relevant, sample_weight=counts)
    return np.asarray(model.coef_, dtype=np.float64).ravel()
