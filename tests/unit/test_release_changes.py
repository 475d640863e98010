from dataclasses import replace

from tests.builders import a_study, small_evidence
from tests.unit.test_release_verify import analysed
from whatworks.release.changes import changes_between, changes_text


def test_nothing_changed_is_said():
    evidence = analysed(small_evidence())

    text = changes_text(changes_between(evidence, evidence), version="1.0.1", previous="1.0.0")

    assert "No row was added, removed or changed." in text


def test_rows_and_numbers_that_moved_are_told():
    old = analysed(small_evidence())
    base = small_evidence()
    effects = [replace(base.effects[0], yi=0.2, reported_g=0.2), *base.effects[1:5]]
    new = analysed(base.replace(effects=effects, studies=[*base.studies, a_study("r/s9")]))

    changes = changes_between(old, new)

    assert changes.added == (("studies", ("r/s9",)),)
    assert changes.removed == (("effects", ("r/e6",)),)
    assert changes.changed == (("effects", ("r/e1",)),)
    moved = {number_id: (before, after) for number_id, before, after in changes.numbers}
    before, after = moved["decoding-reading.main.estimate"]
    assert after > before
    assert moved["decoding-reading.with_kept_out.estimate"][1] is None


def test_a_first_release_says_so():
    assert "first release" in changes_text(None, version="1.0.0", previous=None)
