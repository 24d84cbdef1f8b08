"""Asking Claude for the meaning of columns that nobody has seen before; it may fail, and then says why.

What belongs here: one question within one time-out, its tokens and cost. What doesn't: what is asked
(`claude_question`), what of the answer is believed (`claude_reply`), what is done with it (`suggestion`).
"""

import asyncio
import threading
import time
from collections.abc import Coroutine, Sequence
from concurrent.futures import Future
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, SecretStr, ValidationError

from segops_pipeline.config import Settings
from segops_pipeline.inference.claude_answers import Answers
from segops_pipeline.inference.claude_question import (
    INSTRUCTIONS,
    MAX_COLUMNS,
    answer_schema,
    answer_tokens,
    data_block,
    fingerprint,
)
from segops_pipeline.inference.claude_reply import ClaudeSuggestion, Dropped, judge, plain_text
from segops_pipeline.inference.column_types import ColumnEvidence
from segops_pipeline.inference.fields import SchemaField

if TYPE_CHECKING:
    import anthropic

# a thread that does not end in time (a name that is not resolved) is left behind after this
GRACE_SECONDS = 0.5
MAX_PROBLEM_LETTERS = 300
# many times what the most tokens of an answer are as text
MAX_RESPONSE_LETTERS = 1_000_000
MILLION = 1_000_000
TOO_LONG = "Claude's response is too long."
NO_KEY = "ANTHROPIC_API_KEY holds characters that no key has."

_STOPPED = {
    "max_tokens": "Claude's answer was cut off at the token limit.",
    "model_context_window_exceeded": "The question was too long for Claude.",
    "refusal": "Claude refused to answer.",
}


@dataclass(frozen=True, slots=True)
class ClaudeAnswer:
    """What Claude answered, by column, and what it took.

    `problem` says in words why there are no suggestions; `dropped` which parts of the answer were not
    believed. Tokens and cost are those of the answer, 0 where there was none; `seconds` counts all tries.
    `kept_since` is the time (ISO 8601) at which the answer came, where it is a kept one: then it cost nothing now.
    """

    suggestions: dict[str, ClaudeSuggestion]
    model: str
    input_tokens: int = 0
    output_tokens: int = 0
    cost_usd: float = 0.0
    seconds: float = 0.0
    problem: str | None = None
    dropped: list[Dropped] = field(default_factory=list[Dropped])
    kept_since: str | None = None

    @property
    def origin(self) -> str:
        """Where the answer is from, in words."""
        return f"answer kept from {self.kept_since}, no tokens" if self.kept_since else "asked now"

    def as_dict(self) -> dict[str, Any]:
        """All of it, ready for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> "ClaudeAnswer":
        """Read what `as_dict` wrote."""
        content = dict(data)
        suggestions = {column: ClaudeSuggestion(**found) for column, found in content.pop("suggestions").items()}
        content["dropped"] = [Dropped(one) if isinstance(one, str) else Dropped(**one) for one in content["dropped"]]
        return cls(suggestions, **content)


class _TextBlock(BaseModel):
    type: str
    text: str = ""


class _Usage(BaseModel):
    input_tokens: int = 0
    output_tokens: int = 0


class _Message(BaseModel):
    """The parts of a Messages API response that are used."""

    content: list[_TextBlock]
    stop_reason: str | None = None
    usage: _Usage = _Usage()

    @property
    def text(self) -> str:
        """The text of its blocks of text; tools that it would like to use are none of ours."""
        return "".join(block.text for block in self.content if block.type == "text")


def ask_claude(
    columns: Sequence[ColumnEvidence],
    fields: Sequence[SchemaField],
    settings: Settings,
    answers: Answers | None = None,
) -> ClaudeAnswer:
    """Ask once for the targets of columns; at most 88 of them, the rest is left to the matcher.

    Never raises for what the network or the answer may be: then the answer's `problem` says it. The time-out
    `claude_timeout_seconds` holds for all tries together. Only headers, measured facts and masked samples are
    sent. The key never appears in the answer. Where `answers` has one for these columns already, that is judged anew
    and nothing is sent; an answer of which something can be used is kept there.

    Raises:
        ValueError: no key is set.
        StoreUnreachable: `answers` cannot be reached.
    """
    if settings.anthropic_api_key is None:
        raise ValueError("ANTHROPIC_API_KEY is not set.")
    asked = list(columns[:MAX_COLUMNS])
    name = fingerprint(asked, fields, settings.claude_model)
    started = time.monotonic()
    if answers and (kept := answers.find(name)) and (judged := judge(kept.text, asked, fields)).problem is None:
        since = kept.kept_since.isoformat(timespec="seconds")
        return ClaudeAnswer(judged.suggestions, settings.claude_model, dropped=judged.dropped, kept_since=since)
    message, problem = (
        _converse(asked, fields, settings) if _is_sendable(settings.anthropic_api_key) else (None, NO_KEY)
    )
    seconds = round(time.monotonic() - started, 3)
    if message is None:
        return ClaudeAnswer({}, settings.claude_model, seconds=seconds, problem=problem)
    tokens = (message.usage.input_tokens, message.usage.output_tokens, _cost(message.usage, settings), seconds)
    stopped = _STOPPED.get(message.stop_reason or "")
    if stopped:
        return ClaudeAnswer({}, settings.claude_model, *tokens, stopped)
    judged = judge(message.text, asked, fields)
    if answers and judged.problem is None:
        answers.keep(name, message.text)
    return ClaudeAnswer(judged.suggestions, settings.claude_model, *tokens, judged.problem, judged.dropped)


def _cost(used: "_Usage", settings: Settings) -> float:
    paid = (
        used.input_tokens * settings.claude_input_usd_per_million_tokens
        + used.output_tokens * settings.claude_output_usd_per_million_tokens
    )
    return round(paid / MILLION, 6)


def _converse(
    columns: Sequence[ColumnEvidence], fields: Sequence[SchemaField], settings: Settings
) -> tuple[_Message | None, str | None]:
    """The message that came, or why none did."""
    import anthropic
    import httpx2

    timeout = settings.claude_timeout_seconds
    try:
        body = _run_within(timeout, _send(columns, fields, settings))
        if len(body) > MAX_RESPONSE_LETTERS:
            return None, TOO_LONG
        return _Message.model_validate_json(body), None
    except ValidationError:
        return None, "Claude's response is no message."
    except (TimeoutError, anthropic.APITimeoutError):
        return None, f"Claude did not answer within {timeout:g} s."
    except anthropic.APIStatusError as error:
        said = f": {error.api_message}" if error.api_message else "."
        return None, _without_key(f"Claude answered with status {error.status_code}{said}", settings.anthropic_api_key)
    except anthropic.APIConnectionError as error:
        # its text can hold what was sent, so only its kind is told
        return None, f"Claude cannot be reached ({type(error.__cause__ or error).__name__})."
    except (anthropic.AnthropicError, httpx2.InvalidURL) as error:
        return None, _without_key(f"Claude cannot be asked: {error}", settings.anthropic_api_key)


async def _send(columns: Sequence[ColumnEvidence], fields: Sequence[SchemaField], settings: Settings) -> str:
    async with _client(settings) as client:
        response = await client.messages.with_raw_response.create(
            model=settings.claude_model,
            max_tokens=answer_tokens(columns),
            system=INSTRUCTIONS,
            messages=[{"role": "user", "content": data_block(columns, fields)}],
            output_config={"format": {"type": "json_schema", "schema": answer_schema(fields)}},
        )
        return await response.text()


def _client(settings: Settings) -> "anthropic.AsyncAnthropic":
    import anthropic

    key = settings.anthropic_api_key
    return anthropic.AsyncAnthropic(
        api_key=key.get_secret_value() if key else None,
        base_url=settings.anthropic_base_url,
        max_retries=settings.claude_max_retries,
        timeout=settings.claude_timeout_seconds,
    )


def _run_within(seconds: float, work: Coroutine[Any, Any, str]) -> str:
    """Run work in a thread and event loop of its own, so that it can be ended wherever it waits.

    The client's own time-out is per read and its retries wait as long as the server says: neither is a limit.

    Raises:
        TimeoutError: it took longer.
    """
    result: Future[str] = Future()

    def run() -> None:
        try:
            result.set_result(asyncio.run(asyncio.wait_for(work, seconds)))
        except BaseException as error:  # raised again by the one who waits
            result.set_exception(error)

    threading.Thread(target=run, name="claude", daemon=True).start()
    return result.result(timeout=seconds + GRACE_SECONDS)


def _is_sendable(key: SecretStr) -> bool:
    value = key.get_secret_value()
    return value.isascii() and value.isprintable() and " " not in value


def _without_key(problem: str, key: SecretStr | None) -> str:
    hidden = problem.replace(key.get_secret_value(), "…") if key and key.get_secret_value() else problem
    return plain_text(hidden, MAX_PROBLEM_LETTERS)
