"""What stands in Slack, against what was owed: the bot's own records are not asked whether they are right."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

import sandbox
from bot.look_up import opaque_key
from store import Store

AT_LEISURE = timedelta(minutes=10)  # nobody waits for the count, and a long trial leaves much to read
SETTLED = ("done", "dropped", "failed", "uncertain")


@dataclass(frozen=True)
class Verdict:
    """The figures of a trial; `errors` are lines of the bots' logs that say so, or are part of no line at all."""

    kills: int
    pauses: int
    crashes: int
    owed: int
    sent: int
    lost: int
    doubled: int
    waiting: int
    uncertain: int
    failed: int
    forms: int
    forms_lost: int
    forms_doubled: int
    form_resubmissions: int
    errors: int
    longest_stall: float
    seconds: int
    intact: bool

    def is_clean(self) -> bool:
        """Whether nothing was lost and nothing came twice."""
        return self.intact and not any(
            (self.lost, self.doubled, self.waiting, self.uncertain, self.failed, self.forms_lost, self.forms_doubled)
        )

    def as_json(self) -> dict[str, Any]:
        """Return the figures for a last line of JSON."""
        return asdict(self)


@dataclass(frozen=True)
class Count:
    """How many messages are lost, doubled, and not sent for a reason that the bot shows."""

    owed: int
    sent: int
    lost: int
    doubled: int
    waiting: int
    uncertain: int
    failed: int


def count(slack: sandbox.Slack, store: Store, keys: Sequence[str]) -> Count:
    """Count the messages of these keys that stand in Slack, and those the outbox knows besides."""
    with store.begin(within=AT_LEISURE) as tx:
        known = {one.key: one.state for one in tx.outbox.all()}
    standing = Counter(key for key, _ in _posted(slack))
    wanted = {*keys, *(key for key, state in known.items() if state != "dropped")}
    posted = {key: standing[opaque_key(key)] for key in wanted}
    return Count(
        owed=len(wanted),
        sent=sum(number > 0 for number in posted.values()),
        # What the bot shows as still owed or as given up is not lost in silence; it is counted apart.
        lost=sum(not number and known.get(key) in {None, "done", "dropped"} for key, number in posted.items()),
        doubled=sum(number > 1 for number in posted.values()),
        waiting=sum(state not in SETTLED for state in known.values()),
        uncertain=sum(state == "uncertain" for state in known.values()),
        failed=sum(state == "failed" for state in known.values()),
    )


def twice(slack: sandbox.Slack) -> dict[str, list[str]]:
    """Return the opaque keys that stand in Slack more than once, each with when the local Slack took its messages."""
    found: dict[str, list[str]] = {}
    for key, ts in _posted(slack):
        found.setdefault(key, []).append(ts)
    return {key: sorted(times) for key, times in found.items() if len(times) > 1}


def judge_forms(store: Store, acknowledged: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the acknowledged forms that are not in the database, and those that stand there twice."""
    with store.begin(within=AT_LEISURE) as tx:
        stored = Counter(one.reason for one in tx.amendments.find())
    lost = [words for words in acknowledged if words not in stored]
    return lost, [words for words, number in stored.items() if number > 1]


def _posted(slack: sandbox.Slack) -> Iterable[tuple[str, str]]:
    state = slack.slack.workspace.state
    with slack.slack.workspace.lock:
        standing = [(message.ts, message.body) for messages in state.messages.values() for message in messages]
    for ts, body in standing:
        key = ((body.get("metadata") or {}).get("event_payload") or {}).get("key")
        if key:
            yield str(key), ts
