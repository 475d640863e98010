"""Define strands and judge how sure we are of them, from a file people write."""

from __future__ import annotations

from whatworks.actions.known_review import require_review
from whatworks.release.strand_file import StrandFile, read_strand_file
from whatworks.store import Actor, Store

__all__ = ["define_strands"]


def define_strands(store: Store, *, by: Actor, data: bytes, file: str) -> StrandFile:
    """Store the strands of a file with their certainty; those that exist get a new version.

    Raises
    ------
    FileError
        The file has faults; all are named and nothing is stored.
    NotFound
        A strand draws on a review that does not exist.
    """
    parsed = read_strand_file(data, file=file)
    for review_id in sorted(
        {name for strand in parsed.strands for name in strand.reviews.split(";")}
    ):
        require_review(store, review_id)
    kept = {step.certainty_step_id for step in parsed.certainty_steps}
    judged = {certainty.certainty_id for certainty in parsed.certainties}
    gone = [
        (step.certainty_step_id,)
        for step in store.rows("certainty_steps")
        if step.certainty_id in judged and step.certainty_step_id not in kept
    ]
    ids = ",".join(strand.strand_id for strand in parsed.strands)
    with store.write(
        actor=by, action="define_strands", object_type="strand", object_id=ids, reason=file
    ) as tx:
        tx.append("strands", parsed.strands)
        tx.withdraw("certainty_steps", gone)
        tx.append("certainties", parsed.certainties)
        tx.append("certainty_steps", parsed.certainty_steps)
    return parsed
