"""The report beside a file that the inbox has done with, for a person who has nothing but the folder."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from segops_pipeline.errors import Issue

_OUTCOMES = ("created", "updated", "unchanged", "conflicts", "rejected", "skipped")
_MOST_ISSUES = 20


def report_text(
    *,
    file_name: str,
    job_id: str | None,
    status: str,
    reason: str | None = None,
    counts: Mapping[str, int] | None = None,
    issues: Sequence[Issue] = (),
    next_step: str = "",
) -> str:
    """Tell in plain words what became of a file.

    Args:
        file_name: as it was dropped.
        job_id: the import job; None when none could be made.
        status: the job's.
        reason: the job's, or what was wrong.
        counts: rows by outcome, with their sum under `rows`; None when nothing was imported.
        issues: problems, the most important first; the first 20 are told.
        next_step: what the reader is to do, as a sentence.
    """
    lines = [f"File:    {file_name}", f"Job:     {job_id or 'none'}"]
    lines += [f"Status:  {status}{f' ({reason})' if reason else ''}"]
    lines += [f"Written: {datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC"]
    if counts is not None:
        told = ", ".join(f"{counts.get(outcome, 0)} {outcome}" for outcome in _OUTCOMES)
        lines += ["", f"Rows: {counts.get('rows', 0)} = {told}"]
    if issues:
        lines += ["", "Problems:"]
        lines += [f"  {_line(issue)}" for issue in issues[:_MOST_ISSUES]]
        if len(issues) > _MOST_ISSUES:
            lines += [f"  … and {len(issues) - _MOST_ISSUES} more"]
    if next_step:
        lines += ["", f"What to do: {next_step}"]
    return "\n".join(lines) + "\n"


def _line(issue: Issue) -> str:
    place = ", ".join(
        part
        for part in (
            f"line {issue.line}" if issue.line is not None else "",
            f"column {issue.column}" if issue.column else "",
            f"value {issue.value!r}" if issue.value else "",
        )
        if part
    )
    return f"{issue.level}: {issue.message}{f' ({place})' if place else ''} {issue.suggestion or ''}".rstrip()
