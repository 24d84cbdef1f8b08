"""Answers of Claude that are kept, so that it is asked once for the same columns.

What belongs here: the table `claude_answers`, one workspace's at a time. What doesn't: which questions are the same
(`claude_question.fingerprint`) and what of a kept answer is believed, which is judged again (`claude_reply`).
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.sql.expression import bindparam

from segops_pipeline.stores.database import Database


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """The text of an answer as it came, and since when it is kept."""

    text: str
    kept_since: datetime


class Answers(Protocol):
    """Where answers are kept; `WorkspaceAnswers` is the one that lasts."""

    def find(self, fingerprint: str) -> KeptAnswer | None:
        """Look up the answer to a question."""
        ...

    def keep(self, fingerprint: str, answer: str) -> None:
        """Keep the text of an answer, in the place of an earlier one."""
        ...


_FIND = text("""
    UPDATE claude_answers SET last_used_at = now() WHERE fingerprint = :fingerprint
    RETURNING answer ->> 'text', created_at
""")

_KEEP = text("""
    INSERT INTO claude_answers (workspace_id, fingerprint, answer) VALUES (:workspace_id, :fingerprint, :answer)
    ON CONFLICT (workspace_id, fingerprint)
        DO UPDATE SET answer = excluded.answer, created_at = now(), last_used_at = now()
""").bindparams(bindparam("answer", type_=JSONB))


class WorkspaceAnswers:
    """The answers that one workspace keeps, each access in a transaction of its own: none is open while Claude thinks.

    Both raise StoreUnreachable where PostgreSQL does not answer.
    """

    def __init__(self, database: Database, workspace_id: int) -> None:
        self._database, self._workspace_id = database, workspace_id

    def find(self, fingerprint: str) -> KeptAnswer | None:
        """Look up the answer to a question."""
        with self._database.workspace_session(self._workspace_id) as connection:
            found = connection.execute(_FIND, {"fingerprint": fingerprint}).one_or_none()
        return KeptAnswer(*found) if found else None

    def keep(self, fingerprint: str, answer: str) -> None:
        """Keep the text of an answer, in the place of an earlier one."""
        content = {"workspace_id": self._workspace_id, "fingerprint": fingerprint, "answer": {"text": answer}}
        with self._database.workspace_session(self._workspace_id) as connection:
            connection.execute(_KEEP, content)
