"""Agreement between raters, against published values."""

from statistics import correlation

import pytest

from server.rubrics.agreement import Pairs, krippendorff_alpha, pairs_of, weighted_kappa

NO = None
# Krippendorff (2011), "Computing Krippendorff's Alpha-Reliability", section C: four observers.
OBSERVERS = (
    (1, 2, 3, 3, 2, 1, 4, 1, 2, NO, NO, NO),
    (1, 2, 3, 3, 2, 2, 4, 1, 2, 5, NO, 3),
    (NO, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, NO),
    (1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, NO),
)
# SAS/STAT, The FREQ Procedure, "Agreement Study": two dermatologists, weighted kappa 0.5082.
SKIN = ((10, 4, 1, 0), (5, 10, 12, 2), (2, 4, 12, 5), (0, 2, 6, 13))


def test_alpha_is_what_its_author_computed() -> None:
    units = [[one for one in unit if one is not None] for unit in zip(*OBSERVERS, strict=True)]
    assert krippendorff_alpha(units, "ordinal") == pytest.approx(0.815, abs=5e-4)
    assert krippendorff_alpha(units, "interval") == pytest.approx(0.849, abs=5e-4)


def test_weighted_kappa_is_what_sas_computes() -> None:
    pairs = [(i, j) for i in range(4) for j in range(4) for _ in range(SKIN[i][j])]
    assert weighted_kappa(pairs, power=1) == pytest.approx(0.5082, abs=5e-5)


def test_quadratic_weights_with_the_same_marginals_are_the_correlation() -> None:
    """Fleiss & Cohen (1973)."""
    pairs = [(0, 0), (1, 1), (2, 2), (0, 1), (1, 0), (2, 1), (1, 2)]
    first, second = zip(*pairs, strict=True)
    assert weighted_kappa(pairs) == pytest.approx(correlation(first, second))


def test_what_cannot_be_told_is_not_told() -> None:
    assert weighted_kappa([]) is None
    assert weighted_kappa([(2, 2), (2, 2)]) is None
    assert krippendorff_alpha([], "ordinal") is None
    assert krippendorff_alpha([[3.0, 3.0], [3.0, 3.0]], "interval") is None
    assert krippendorff_alpha([[3.0], [4.0]], "interval") is None
    assert weighted_kappa([(0, 0), (1, 1), (2, 2)]) == 1
    assert krippendorff_alpha([[1.0, 1.0], [5.0, 5.0]], "ordinal") == 1


def test_pairs_agree_exactly_or_nearly() -> None:
    assert pairs_of([3, 3, 4, 1]) == Pairs(6, 1, 3)
    assert pairs_of([3]) == Pairs(0, 0, 0)
