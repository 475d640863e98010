"""How many words of two titles have no counterpart: another word, not another spelling."""

from __future__ import annotations

from whatworks.dedupe.plain_text import STOP_WORDS

__all__ = ["MOST_APART", "words_apart"]

MOST_APART = 2
# Letters that two spellings of one word may differ in, by the letters of the shorter: "anaemia", "anemia".
SLIPS = ((8, 2), (5, 1))
# Words with so many first letters in common, and no more than so many after them, are forms of one.
STEM_LETTERS = 5
STEM_SHARE = 0.6
ENDING_LETTERS = 4
# A word of so many letters may be an abbreviation: "vs".
ABBREVIATION = 3
# What turns a title into its opposite, though the other title has no word in its place.
NEGATIONS = frozenset(["without", "against", "not", "non", "never"])
# Alike in letters and opposite in meaning.
OPPOSED = (
    ("hyper", "hypo"),
    ("intra", "inter"),
    ("intro", "extro"),
    ("macro", "micro"),
    ("pre", "pro"),
)


def words_apart(a: str, b: str) -> int:
    """Return how many words each of two titles has for which the other has none; the fewer, 2 at most.

    Parameters
    ----------
    a, b : str
        Plain words joined by blanks.

    Examples
    --------
    >>> words_apart("maternal depression", "paternal depression")
    1
    >>> words_apart("pre school colour naming", "preschool color naming")
    0
    >>> words_apart("reading in schools", "reading in schools and homes")
    0
    """
    left, right = a.split(), b.split()
    in_left, in_right = set(left), set(right)
    only_left, only_right = _telling(in_left - in_right), _telling(in_right - in_left)
    if only_left and only_right:
        only_left, only_right = (
            _written_once(only_left, left, in_right, right),
            _written_once(only_right, right, in_left, left),
        )
    negated = int(not NEGATIONS.isdisjoint([*only_left, *only_right]))
    if not only_left or not only_right:
        return negated
    apart = min(_without_kin(only_left, only_right), _without_kin(only_right, only_left))
    return max(apart, negated)


def _telling(words: set[str]) -> list[str]:
    """Return the words that tell something. Numbers are compared by themselves."""
    return [word for word in words if len(word) > 1 and word.isalpha() and word not in STOP_WORDS]


def _written_once(
    words: list[str], own: list[str], in_other: set[str], other: list[str]
) -> list[str]:
    """Return the words that the other title does not have written apart, together or cut off."""
    joined = _joined(other)
    alone = []
    for word in words:
        at = own.index(word)
        # The last word of a title that was cut off.
        if at + 1 == len(own) and any(one.startswith(word) for one in in_other):
            continue
        before = own[at - 1] + word if at else ""
        after = word + own[at + 1] if at + 1 < len(own) else ""
        # A blank may have changed its place with a letter: "of low" for "o flow".
        if joined.isdisjoint((word, before, after)) and in_other.isdisjoint((before, after)):
            alone.append(word)
    return alone


def _joined(words: list[str]) -> set[str]:
    """Return what neighbouring words make together, two or three of them."""
    pairs = (words[at] + words[at + 1] for at in range(len(words) - 1))
    triples = (words[at] + words[at + 1] + words[at + 2] for at in range(len(words) - 2))
    return {*pairs, *triples}


def _without_kin(words: list[str], others: list[str]) -> int:
    """Return how many words are no spelling or form of one of the others, 2 at most."""
    found = 0
    for word in words:
        if not any(_kin(word, other) for other in others):
            found += 1
            if found == MOST_APART:
                break
    return found


def _kin(a: str, b: str) -> bool:
    """Whether two words are spellings or forms of one, or one abbreviates the other."""
    if a[0] != b[0]:
        # Letters that changed places, the first among them.
        return len(a) == len(b) and sorted(a) == sorted(b)
    short, long = (a, b) if len(a) <= len(b) else (b, a)
    if len(short) <= ABBREVIATION:
        letters = iter(long)
        return len(long) > ABBREVIATION and all(letter in letters for letter in short)
    for one, other in OPPOSED:
        if (a.startswith(one) and b.startswith(other)) or (
            a.startswith(other) and b.startswith(one)
        ):
            return False
    common = next((at for at, letter in enumerate(short) if letter != long[at]), len(short))
    if (
        common >= max(STEM_LETTERS, STEM_SHARE * len(long)) and len(long) - common <= ENDING_LETTERS
    ) or (common == len(short) and len(long) - common <= 2):
        return True
    slips = next((most for letters, most in SLIPS if len(short) >= letters), 0)
    if not slips or len(long) - len(short) > slips:
        return False
    from rapidfuzz.distance import OSA

    return OSA.distance(a, b, score_cutoff=slips) <= slips
