"""How sure a match is: from the matcher's scores to the share of matches that are right.

What belongs here: the curves from score to confidence, and what a rival takes away. What doesn't: the scores
(`roles`, `similarity`, `matcher`). `python -m benchmarks confidence` measures how well the curves hold.

The curves are straight lines between a few points, rising, and lie below what was measured: files that nobody
has seen are harder than those that somebody has labelled.
"""

from itertools import pairwise
from typing import Literal

Evidence = Literal["role", "field"]

# from score to confidence, in four points each: nothing is fitted to any one file
_CURVES: dict[Evidence, tuple[tuple[float, float], ...]] = {
    "role": ((0.0, 0.0), (0.3, 0.5), (0.5, 0.7), (0.8, 0.9), (1.0, 0.98)),
    "field": ((0.0, 0.0), (0.45, 0.5), (0.7, 0.8), (0.85, 0.9), (1.0, 0.98)),
}
CLOSE = 0.02
RIVAL_TAKES = 0.88


def calibrated(score: float, evidence: Evidence) -> float:
    """The confidence that goes with a score, both 0 to 1; a higher score never gives less."""
    points = _CURVES[evidence]
    for (low, low_confidence), (high, high_confidence) in pairwise(points):
        if score <= high:
            share = (max(score, low) - low) / (high - low)
            return round(low_confidence + share * (high_confidence - low_confidence), 4)
    return points[-1][1]


def beside_rival(confidence: float, score: float, rival_score: float) -> float:
    """The confidence of the better of two columns (or fields) for one place; a close rival makes it doubtful."""
    return round(confidence * RIVAL_TAKES, 4) if score - rival_score <= CLOSE else confidence
