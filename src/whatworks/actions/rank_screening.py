"""The order in which records come: drawn for a certificate, ranked by what was decided, or as a start."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

from whatworks.actions.screening_board import Board
from whatworks.screening.ranking import Ranking, RankingFeatures, Reason, rank, ranking_features
from whatworks.screening.stage import Stage
from whatworks.screening.terms import split_terms, term_scores

__all__ = ["Orders"]

_LOG = logging.getLogger(__name__)
# As long as nothing irrelevant is known, so many records drawn by chance stand in for it.
FEWEST_STAND_INS = 20
# Trained again after each decision at first, later when a fiftieth of them has come in.
EACH_UNTIL = 100
SHARE = 0.02
# After a ranking it rests so many times as long as it took, and this many seconds at most.
REST = 5.0
LONGEST_REST = 20.0


@dataclass(frozen=True, eq=False)
class Trained:
    """A ranking and what it was trained on."""

    edition: int
    names: tuple[str, ...]
    ranking: Ranking
    order: tuple[str, ...]
    labels: dict[str, bool]


class Orders:
    """The orders of one review's stages. Safe to share between threads.

    Training takes a moment, and reading the texts of a large review into vectors many seconds: neither is
    waited for. `order` gives what there is, `refresh` brings it up to date, in the background where one likes.
    """

    def __init__(self, board: Board) -> None:
        self.board = board
        self._lock = threading.Lock()
        self._training = threading.Lock()
        self._at_work: set[str] = set()
        self._features: tuple[int, tuple[str, ...], RankingFeatures] | None = None
        self._trained: dict[str, Trained] = {}
        self._starts: dict[str, tuple[int, tuple[str, ...]]] = {}

    def order(self, stage_name: str) -> Sequence[str]:
        """Return the shown records of a stage in the order in which they are to come."""
        stage = self.board.known_stage(stage_name)
        certification = self.board.setting.certifications.get(stage_name)
        if certification is not None and certification.state == "open":
            return self.board.setting.draws[stage_name]
        start = self._start(stage_name, stage)
        if stage.rules.record_order == "random":
            return start
        with self._lock:
            trained = self._trained.get(stage_name)
        if trained is None:
            return start
        if trained.edition == self.board.edition:
            return trained.order
        # Records came in since: they follow, until the next ranking knows them.
        ranked = set(trained.order)
        return [*trained.order, *(name for name in start if name not in ranked)]

    def is_due(self, stage_name: str) -> bool:
        """Whether a ranking would learn something new."""
        stage = self.board.known_stage(stage_name)
        if stage.rules.record_order == "random":
            return False
        labels = self._labels(stage)
        with self._lock:
            trained = self._trained.get(stage_name)
        if trained is None:
            return any(labels.values())
        if trained.edition != self.board.edition:
            return True
        n_new = sum(trained.labels.get(name) != value for name, value in labels.items())
        n_new += sum(name not in labels for name in trained.labels)
        needed = 1 if len(labels) < EACH_UNTIL else max(1, int(SHARE * len(labels)))
        return n_new >= needed and any(labels.values())

    def refresh(self, stage_name: str) -> bool:
        """Rank anew if something was learnt; return whether it was done. One ranking at a time."""
        with self._training:
            if not self.is_due(stage_name):
                return False
            with self.board.lock:
                stage = self.board.known_stage(stage_name)
                labels = self._labels(stage)
                edition = self.board.edition
                names = tuple(self.board.records)
                shown = frozenset(stage.shown)
            features = self._vectors(edition, names)
            place = {name: at for at, name in enumerate(names)}
            known = {name: value for name, value in labels.items() if name in place}
            known.update(self._stand_ins(stage, known))
            if not any(known.values()) or all(known.values()):
                return False
            ranking = rank(features, [place[name] for name in known], list(known.values()))
            order = tuple(names[at] for at in ranking.order().tolist() if names[at] in shown)
            with self._lock:
                self._trained[stage_name] = Trained(edition, names, ranking, order, labels)
            return True

    def refresh_in_background(self, stage_name: str) -> None:
        """Begin to rank anew, unless that is under way."""
        with self._lock:
            if stage_name in self._at_work:
                return
        if not self.is_due(stage_name):
            return
        with self._lock:
            if stage_name in self._at_work:
                return
            self._at_work.add(stage_name)

        def work() -> None:
            try:
                begun = time.monotonic()
                while self.refresh(stage_name):
                    # People wait for the processor, the ranking can: it takes a sixth of one at most.
                    took = time.monotonic() - begun
                    time.sleep(min(REST * took, LONGEST_REST))
                    begun = time.monotonic()
            except Exception as error:
                # Screening goes on in the order there is; the fault goes where faults go.
                _LOG.error("fault in ranking", exc_info=error)
            finally:
                with self._lock:
                    self._at_work.discard(stage_name)

        threading.Thread(target=work, name="ranking", daemon=True).start()

    def reasons(self, stage_name: str, record_id: str) -> tuple[Reason, ...]:
        """Return the terms that moved a record in the ranking; none where it was not ranked."""
        with self._lock:
            trained = self._trained.get(stage_name)
        if trained is None or record_id not in trained.names:
            return ()
        return trained.ranking.reasons(trained.names.index(record_id))

    def scores(self, stage_name: str) -> dict[str, float]:
        """Return the score of each record in the latest ranking; empty before the first."""
        with self._lock:
            trained = self._trained.get(stage_name)
        if trained is None:
            return {}
        return dict(zip(trained.names, trained.ranking.scores.tolist(), strict=True))

    def _labels(self, stage: Stage) -> dict[str, bool]:
        """Return what is known: first from the seeds, then from decisions."""
        with self.board.lock:
            labels = {
                name: value for name, value in self.board.setting.seeds.items() if name in stage
            }
            labels.update(stage.labels())
        return labels

    def _stand_ins(self, stage: Stage, known: dict[str, bool]) -> dict[str, bool]:
        """Return records by chance that count as irrelevant as long as no other is known."""
        if not known or not all(known.values()):
            return {}
        unknown = [name for name in self.board.fallback_order(stage) if name not in known]
        return dict.fromkeys(unknown[: max(FEWEST_STAND_INS, 10 * len(known))], False)

    def _vectors(self, edition: int, names: tuple[str, ...]) -> RankingFeatures:
        """Return the texts as vectors; made again only when other records are there."""
        if self._features is None or self._features[1] != names:
            records = [self.board.records[name] for name in names]
            made = ranking_features(
                [one.title or "" for one in records], [one.abstract or "" for one in records]
            )
            self._features = (edition, names, made)
        return self._features[2]

    def _start(self, stage_name: str, stage: Stage) -> tuple[str, ...]:
        """Return the order before anything is decided: by the words of the criteria, else by chance."""
        edition = self.board.edition
        with self._lock:
            held = self._starts.get(stage_name)
        # At full text the records change with each that is included.
        if held is not None and held[0] == edition and len(held[1]) == len(stage.shown):
            return held[1]
        order = self.board.fallback_order(stage)
        criteria = self.board.setting.criteria
        if criteria is not None and stage.rules.record_order == "ranked":
            include, exclude = (
                split_terms(criteria.include_terms),
                split_terms(criteria.exclude_terms),
            )
            if include or exclude:
                records = [self.board.records[name] for name in order]
                scores = term_scores(
                    [one.title or "" for one in records],
                    [one.abstract or "" for one in records],
                    include,
                    exclude,
                )
                by_name = dict(zip(order, scores, strict=True))
                order = sorted(order, key=lambda name: -by_name[name])
        made = tuple(order)
        with self._lock:
            self._starts[stage_name] = (edition, made)
        return made
