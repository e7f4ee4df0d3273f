"""Text normalised for measuring, and the two error rates: for tests and the bench only."""

import re
import unicodedata
from collections.abc import Sequence


def characters(text: str) -> list[str]:
    """Chinese text as comparable units: one script, no punctuation or spaces."""
    plain = unicodedata.normalize("NFKC", text).lower()
    return [c for c in plain if c.isalnum()]


def words(text: str) -> list[str]:
    """English text as comparable units: lower case, no punctuation, apostrophes closed up."""
    plain = unicodedata.normalize("NFKC", text).lower().replace("’", "'").replace("'", "")
    return re.findall(r"[a-z0-9]+", plain)


def edits(heard: Sequence[str], reference: Sequence[str]) -> int:
    """Levenshtein distance: the fewest insertions, deletions and substitutions."""
    row = list(range(len(reference) + 1))
    for i, said in enumerate(heard, 1):
        above, row[0] = row[0], i
        for j, truth in enumerate(reference, 1):
            above, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, above + (said != truth))
    return row[-1]


def cer(heard: str, reference: str) -> float:
    """Character error rate."""
    truth = characters(reference)
    return edits(characters(heard), truth) / len(truth)


def wer(heard: str, reference: str) -> float:
    """Word error rate."""
    truth = words(reference)
    return edits(words(heard), truth) / len(truth)
