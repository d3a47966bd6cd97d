"""The form of one case, read as a value."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, get_args

from bot.forms.calls import Submission
from workflows.entries.parts import Certainty, SeverityLevel
from workflows.errors import InvalidForm, NotFound
from workflows.occurrences import TIMES, Description
from workflows.quality.surroundings import Tried

HELPED = ("yes", "partly", "no")


def description(submitted: Submission) -> Description:
    """Return what the form says; raises InvalidForm for a choice that is none of those offered."""
    answers = submitted.answers
    severity, certainty = answers.get("severity", ""), answers.get("certainty", "")
    if severity not in get_args(SeverityLevel):
        raise InvalidForm({"severity": "Choose how bad it was."})
    if certainty not in get_args(Certainty):
        raise InvalidForm({"certainty": "Choose how sure it is."})
    return Description(
        certainty=certainty,  # type: ignore[arg-type]  # checked above
        severity=severity,  # type: ignore[arg-type]  # the same
        tried=tuple(_tried(submitted)),
        link=answers.get("link", "").strip(),
        lessons=answers.get("lessons", "").strip(),
        **{name: _moment(answers.get(name, "")) for name in TIMES},
    )


def noted_case(submitted: Submission) -> tuple[str, int | None, int]:
    """Return what the form was opened for: entry, case (None for a new one) and the version it began from."""
    entry_id, case, version = (submitted.noted(key) for key in ("entry", "case", "version"))
    if not isinstance(entry_id, str) or not isinstance(case, int | None) or not isinstance(version, int):
        msg = "This form is of an older version; copy your text and open it again from the entry."
        raise NotFound(msg)
    return entry_id, case, version


def _tried(submitted: Submission) -> Iterator[Tried]:
    names: Any = submitted.noted("tried")
    for place, name in enumerate(names if isinstance(names, list) else ()):
        helped = submitted.answers.get(f"tried:{place}", "")
        if helped in HELPED:
            yield Tried(str(name), helped)  # type: ignore[arg-type]  # one of HELPED


def _moment(seconds: str) -> datetime | None:
    return datetime.fromtimestamp(int(seconds), UTC) if seconds.isdecimal() else None
