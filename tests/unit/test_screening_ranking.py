"""Vectors of texts, the ranking and its reasons, and the replay of finished reviews."""

from __future__ import annotations

import csv
import gzip
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from whatworks.cli.main import cli
from whatworks.errors import FileError, UserError
from whatworks.screening.labelled import LabelledSet, read_labelled
from whatworks.screening.ranking import LEARNERS, Ranking, RankingFeatures, rank, ranking_features
from whatworks.screening.simulation import ranking_quality, simulate
from whatworks.screening.stopping import RULES, buscar_p, replay
from whatworks.screening.text_features import STOP_WORDS, text_features

SUBJECTS = (
    "reading phonics letters decoding spelling fluency",
    "sleep bedtime light tired night rest",
    "playground peers friends games lunch break",
    "budget funding cost price tariff audit",
)


def made_up(n: int, seed: int) -> LabelledSet:
    """Records on four subjects, of which the first is the review's."""
    rng = np.random.default_rng(seed)
    titles, abstracts, relevant = [], [], []
    for at in range(n):
        subject = int(rng.integers(10))
        words = SUBJECTS[min(subject, 3)].split()
        others = " ".join(SUBJECTS).split()
        titles.append(" ".join(rng.choice(words, 3)) + " of pupils")
        text = [*rng.choice(words, 12), *rng.choice(others, 10)]
        abstracts.append(" ".join(rng.permutation(text)) if at % 9 else "")
        relevant.append(subject == 0)
    return LabelledSet(
        tuple(str(at) for at in range(n)), tuple(titles), tuple(abstracts), tuple(relevant)
    )


@pytest.fixture(scope="module")
def review() -> LabelledSet:
    return made_up(400, 1)


@pytest.fixture(scope="module")
def features(review: LabelledSet) -> RankingFeatures:
    return ranking_features(review.titles, review.abstracts)


@pytest.mark.parametrize(
    ("longest_run", "most_share", "leave_out"), [(1, 0.5, STOP_WORDS), (3, 0.95, frozenset())]
)
def test_vectors_are_those_of_scikit_learn(
    review: LabelledSet, longest_run: int, most_share: float, leave_out: frozenset[str]
) -> None:
    from sklearn.feature_extraction.text import TfidfVectorizer

    texts = [f"{a} {b}" for a, b in zip(review.titles, review.abstracts, strict=True)]
    ours = text_features(texts, longest_run=longest_run, most_share=most_share, leave_out=leave_out)
    theirs = TfidfVectorizer(
        ngram_range=(1, longest_run),
        sublinear_tf=True,
        min_df=2,
        max_df=most_share,
        stop_words=list(leave_out) or None,
        token_pattern=r"[^\W_]{2,}",
    )
    expected = theirs.fit_transform(texts)
    names = theirs.get_feature_names_out()
    assert sorted(ours.terms) == sorted(names)
    apart = ours.matrix[:, np.argsort(ours.terms)] - expected[:, np.argsort(names)]
    assert abs(apart).max() < 1e-12


def test_texts_without_words_have_no_vector() -> None:
    found = text_features(["", "reading reading", "reading aloud", "!?"])
    assert found.matrix.shape[0] == 4
    assert np.diff(found.matrix.indptr).tolist() == [0, 1, 1, 0]
    assert text_features(["", ""]).matrix.shape == (2, 0)


@pytest.mark.parametrize("learner", LEARNERS)
def test_what_is_like_the_relevant_records_comes_first_and_says_why(
    review: LabelledSet, features: RankingFeatures, learner: str
) -> None:
    relevant = np.array(review.relevant)
    screened = np.concatenate([np.flatnonzero(relevant)[:4], np.flatnonzero(~relevant)[:12]])
    ranking = rank(features, screened, relevant[screened], learner=learner)
    order = ranking.order(without=screened)
    assert not set(order.tolist()) & set(screened.tolist())
    assert order.size == relevant.size - screened.size
    left = int(relevant.sum()) - 4
    assert relevant[order[:left]].mean() > 0.9
    reasons = ranking.reasons(int(order[0]))
    assert reasons[0].worth > 0
    assert set(reasons[0].term.split()) <= set(SUBJECTS[0].split())
    assert [abs(one.worth) for one in reasons] == sorted(
        (abs(one.worth) for one in reasons), reverse=True
    )


def test_reasons_add_up_to_the_score(features: RankingFeatures, review: LabelledSet) -> None:
    relevant = np.array(review.relevant)
    ranking = rank(features, np.arange(60), relevant[:60])
    first, second = ranking.order()[[0, -1]].tolist()

    def told(ranking: Ranking, at: int) -> float:
        return sum(one.worth for one in ranking.reasons(at, most=10**6))

    apart = ranking.scores[first] - ranking.scores[second]
    assert told(ranking, first) - told(ranking, second) == pytest.approx(apart)


def test_a_ranking_needs_both_kinds_of_decisions(features: RankingFeatures) -> None:
    for relevant, said in (([True, True], "only relevant ones"), ([False], "no relevant one")):
        with pytest.raises(UserError, match=said):
            rank(features, list(range(len(relevant))), relevant)
    with pytest.raises(UserError, match="do not match"):
        rank(features, [1, 2], [True])
    with pytest.raises(UserError, match="There is no learner 'oracle'"):
        rank(features, [1, 2], [True, False], learner="oracle")


def test_a_review_is_screened_again_and_saves_work(
    review: LabelledSet, features: RankingFeatures
) -> None:
    order = simulate(features, review.relevant, priors=[7, 3], seed=5)
    assert order[:2].tolist() == [7, 3]
    assert sorted(order.tolist()) == list(range(400))
    assert order.tolist() == simulate(features, review.relevant, priors=[7, 3], seed=5).tolist()
    quality = ranking_quality(np.array(review.relevant)[order], n_priors=2)
    assert quality.wss95 > 0.5
    assert quality.loss < 0.1
    for priors, said in (([400], "no row 400"), ([1, 1], "twice")):
        with pytest.raises(UserError, match=said):
            simulate(features, review.relevant, priors=priors)


def test_quality_is_that_of_known_orders() -> None:
    best, worst = [True] * 4 + [False] * 36, [False] * 36 + [True] * 4
    assert ranking_quality(best).loss == 0.0
    assert ranking_quality(best).recall10 == 1.0
    assert ranking_quality(best).wss95 == pytest.approx(1 - 4 / 40 - 0.05)
    assert ranking_quality(worst).loss == 1.0
    assert ranking_quality([False, *best], n_priors=1) == ranking_quality(best)
    with pytest.raises(UserError, match="nothing to find"):
        ranking_quality([True, False], n_priors=1)


def test_buscar_is_that_of_its_definition() -> None:
    from scipy.stats import hypergeom

    rng = np.random.default_rng(3)
    labels = rng.random(60) < np.linspace(0.5, 0.0, 60)
    n, found = 100, int(labels.sum())
    expected = 1.0
    for length in range(1, 61):
        piece = int(labels[60 - length :].sum())
        least = int(found / 0.95 + 1 - (found - piece))
        if least <= n - (60 - length):
            p = hypergeom.cdf(piece, n - (60 - length), least, length)
            expected = min(expected, float(p))
    assert buscar_p(labels, n_records=n) == pytest.approx(expected)
    assert buscar_p([], n_records=10) == 1.0
    with pytest.raises(UserError, match="cannot be"):
        buscar_p([True] * 3, n_records=2)


def test_the_certificate_finds_what_the_ranking_put_last() -> None:
    labels = np.zeros(1_000, dtype=bool)
    labels[:50] = True
    labels[-10:] = True
    for seed in range(20):
        stops = {stop.rule: stop for stop in replay(labels, seed=seed)}
        # QuantCI needs scores.
        assert set(stops) == set(RULES) - {"QuantCI"}
        assert stops["50 in a row"].recall < 0.95
        assert stops["certificate"].recall >= 0.95
        assert all(stop.n_found + stop.n_missed == 60 for stop in stops.values())


def a_file(folder: Path, review: LabelledSet) -> Path:
    path = folder / "old.csv.gz"
    with gzip.open(path, "wt", encoding="utf-8", newline="") as lines:
        writer = csv.writer(lines)
        writer.writerow(["record_id", "title", "abstract", "label"])
        writer.writerows(
            zip(
                (f"id{name}" for name in review.record_ids),
                review.titles,
                review.abstracts,
                map(int, review.relevant),
                strict=True,
            )
        )
    return path


def test_the_command_writes_one_row_for_each_record(review: LabelledSet, tmp_path: Path) -> None:
    out = tmp_path / "order.csv"
    call = ["screening", "simulate", str(a_file(tmp_path, review)), "--prior", "7,3"]
    done = CliRunner().invoke(cli, [*call, "--certificate", "--out", str(out)])
    assert done.exit_code == 0, done.output
    rows = list(csv.DictReader(out.open(encoding="utf-8")))
    assert [row["position"] for row in rows] == [str(at) for at in range(1, 401)]
    assert [row["record_id"] for row in rows[:2]] == ["id7", "id3"]
    label = {f"id{at}": str(int(is_it)) for at, is_it in enumerate(review.relevant)}
    assert all(row["label"] == label[row["record_id"]] for row in rows)
    assert "400 records" in done.stderr
    # Scores are there, so that every rule can be asked.
    assert all(f"  {rule.name}" in done.stderr for rule in RULES.values())
    assert "Guarantee: assumes that the records drawn" in done.stderr
    for wrong in (["--seed", "-1"], ["--learner", "oracle"], ["--prior", "a"]):
        refused = CliRunner().invoke(cli, [*call, *wrong, "--out", str(tmp_path / "no.csv")])
        assert isinstance(refused.exception, UserError | SystemExit)
        assert not (tmp_path / "no.csv").exists()
    again = CliRunner().invoke(cli, [*call, "--out", str(out)])
    assert "exists already" in str(again.exception)


def test_a_table_that_cannot_be_used_names_its_cells() -> None:
    with pytest.raises(FileError, match=r'row 3, column "label": found "maybe"'):
        read_labelled(b"record_id,title,abstract,label\n1,A,,1\n2,B,,maybe\n", file="a.csv")
    with pytest.raises(FileError, match='There is no column "label"'):
        read_labelled(b"record_id,title,abstract\n1,A,B\n", file="a.csv")
