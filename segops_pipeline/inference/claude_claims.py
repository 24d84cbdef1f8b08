"""Claude's claims beside the matcher's candidates: where it may decide, and where it may not.

What belongs here: who wins. What doesn't: what of Claude's answer is believed at all (`claude_reply`).

An answer can be wrong and look right, or be made wrong by a text in the file. So what the matcher is sure of stands,
and a claim can give a column another target than the matcher's, but not take it away and give none.
"""

from collections.abc import Mapping

from segops_pipeline.inference.claude_reply import ClaudeSuggestion
from segops_pipeline.inference.fields import RESERVED_TARGETS
from segops_pipeline.inference.matcher import Candidates, Match, choose

MOST_CLAUDE_CONFIDENCE = 0.95
# of the matcher; Claude's own confidence is not calibrated
SURE = 0.85


def with_claims(
    candidates: Mapping[str, Candidates], claims: Mapping[str, ClaudeSuggestion], taken: frozenset[str]
) -> dict[str, Candidates]:
    """The matcher's candidates, by column, with Claude's where it is surer and the matcher is not sure.

    `taken` are targets that are not to be had any more.
    """
    if not claims:
        return dict(candidates)
    sure = {column: match for column, match in choose(candidates).items() if match.confidence >= SURE}
    closed = taken | {match.target for match in sure.values()}
    return {
        column: own if column in sure or column not in claims else _joined(own, claims[column], closed)
        for column, own in candidates.items()
    }


def _joined(own: Candidates, claim: ClaudeSuggestion, closed: frozenset[str]) -> Candidates:
    if claim.target in (None, "new") or claim.target in closed:
        return own
    confidence = min(claim.confidence, MOST_CLAUDE_CONFIDENCE)
    kept = {
        target: match for target, match in own.items() if match.confidence >= confidence or target in RESERVED_TARGETS
    }
    better = kept.get(claim.target)
    match = Match(claim.target, confidence, "claude", claim.reason)
    return {**kept, match.target: better if better and better.confidence >= confidence else match}
