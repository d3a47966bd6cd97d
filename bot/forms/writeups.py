"""What begins a write-up from outside: a message that somebody points at, or the JSON that another tool posts."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from bot.forms.calls import is_ts
from bot.forms.markup import as_typed
from bot.forms.reports import Text, plain
from workflows.entries.parts import SeverityLevel, without_unstorable_characters
from workflows.errors import NotFound
from workflows.writeups.elsewhere import MOST_POINTS, PointedAt, Told, ToldPoint

Person = Annotated[str, StringConstraints(pattern=r"^[UW][A-Z0-9]{2,29}$")]


class PointReport(BaseModel):
    """A point of a timeline; `author` is a Slack id, where the tool knows one."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    at: AwareDatetime
    text: Annotated[Text, StringConstraints(max_length=1_000)]
    author: Person | None = None


class WriteUpReport(BaseModel):
    """An incident that a tool wants written up; `id` is the tool's own name for it, by which it begins once."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Annotated[Text, StringConstraints(max_length=100)]
    owner: Person
    source: Annotated[Text, StringConstraints(max_length=60)] = "the webhook"
    title: Annotated[Text, StringConstraints(max_length=80)] | None = None
    symptom: Annotated[Text, StringConstraints(max_length=3_000)] | None = None
    severity: Annotated[SeverityLevel | None, BeforeValidator(plain)] = None
    times: Mapping[Literal["started", "detected", "contained", "resolved"], AwareDatetime] = {}
    timeline: Annotated[tuple[PointReport, ...], Field(max_length=MOST_POINTS)] = ()

    @property
    def told(self) -> Told:
        """What the tool knows."""
        points = tuple(ToldPoint(one.at, one.text, one.author or "") for one in self.timeline)
        known: dict[str, str | None] = {"title": self.title, "symptom": self.symptom, "severity": self.severity}
        for name, at in self.times.items():
            known[name] = at.isoformat()
        answers = {key: text for key, text in known.items() if text}
        return Told(self.source, self.id, self.owner, answers, points)


def pointed_at(body: Mapping[str, Any]) -> PointedAt:
    """Return the message whose shortcut somebody used; raises NotFound for one that Slack does not show."""
    message, channel = body.get("message") or {}, body.get("channel") or {}
    ts = str(message.get("ts") or body.get("message_ts") or "")
    if not channel.get("id") or not is_ts(ts):
        msg = "Slack did not say which message that was; start with `/failure write-up` instead."
        raise NotFound(msg)
    text = as_typed(without_unstorable_characters(str(message.get("text") or "")))
    author = str(message.get("user") or message.get("bot_id") or "")
    return PointedAt(str(channel["id"]), ts, text, author)
