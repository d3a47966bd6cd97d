"""What people say of an incident as a whole, read as values."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, get_args

from bot.forms.calls import Press, Submission
from workflows.entries.parts import SeverityLevel
from workflows.errors import InvalidForm, NotFound, UserError
from workflows.incidenttools import STATUSES, Status
from workflows.people import Actor
from workflows.situations import Change, Clearable, services_named

STATUS_WORDS: Mapping[str, Status] = {
    **{one: one for one in STATUSES},
    "fixing": "mitigating", "contained": "mitigated", "fixed": "mitigated", "done": "resolved", "closed": "resolved",
    "over": "resolved", "reopened": "open",
}  # fmt: skip
SEVERITIES = get_args(SeverityLevel)
LONGEST_NUMBER = 12  # digits
CLEARABLE = get_args(Clearable)
TIMES = ("detected", "mitigated", "resolved")


def typed_change(text: str, actor: Actor) -> Change:
    """Return what a person typed behind `/failure status`; raises UserError for words that say nothing of it."""
    status: Status | None = None
    severity: SeverityLevel | None = None
    commander: str | None = None
    cleared: tuple[Clearable, ...] = ()
    for word in text.lower().replace(",", " ").split():
        if word in STATUS_WORDS:
            status = STATUS_WORDS[word]
        elif word in SEVERITIES:
            severity = next(one for one in SEVERITIES if one == word)
        elif word in {"mine", "commander", "me"}:
            commander = actor.user_id
        elif word in {"nobody", "none"}:
            cleared = ("commander",)
        else:
            msg = (
                f"“{word[:40]}” says nothing of an incident; try `/failure status mitigated`, `sev2`, `mine` to "
                "take command, or `nobody`. `/failure status` alone has buttons for everything."
            )
            raise UserError(msg)
    return Change(status, severity, commander, cleared=cleared)


def incident_of(pressed: Press) -> tuple[int, str]:
    """Return the incident of a button, and what else it carries; raises NotFound for a value of another kind."""
    number, _, rest = pressed.value.partition("|")
    return _number(number), rest


def status_of(pressed: Press) -> tuple[int, Status]:
    """Return the incident and the status of a button."""
    number, name = incident_of(pressed)
    if name not in STATUS_WORDS:
        raise NotFound(_OLD)
    return number, STATUS_WORDS[name]


def submitted_change(submitted: Submission) -> tuple[int, str, Change]:
    """Return the incident, its channel, and what the form says of it; only times that were changed in it count."""
    answers = submitted.answers
    severity = next((one for one in SEVERITIES if one == answers.get("severity")), None)
    status = STATUS_WORDS.get(answers.get("status", ""))
    if status is None:
        raise InvalidForm({"status": "Choose how far it is."})
    shown: Any = submitted.noted("times")
    before = shown if isinstance(shown, dict) else {}
    times = {
        name: datetime.fromtimestamp(int(answers[name]), UTC)
        for name in TIMES
        if answers.get(name, "").isdecimal() and answers[name] != before.get(name)
    }
    # What another person set after the form was opened is not emptied by it.
    known = submitted.noted("known") or []
    change = Change(
        status=status,
        severity=severity,
        commander=answers.get("commander") or None,
        services=services_named(answers.get("services", "")),
        model_families=[one for one in answers.get("model_families", "").split(",") if one],
        environment=answers.get("environment") or None,
        times=times,
        cleared=[name for name in CLEARABLE if name in known and not answers.get(name)],
    )
    return *noted_incident(submitted), change


def noted_incident(submitted: Submission) -> tuple[int, str]:
    """Return the incident and the channel that a form was opened for."""
    return _number(str(submitted.noted("incident") or "")), str(submitted.noted("channel") or "")


_OLD = "This button is of an older version; look again with `/failure status`."


def _number(text: str) -> int:
    if not text.isdecimal() or len(text) > LONGEST_NUMBER:
        raise NotFound(_OLD)
    return int(text)
