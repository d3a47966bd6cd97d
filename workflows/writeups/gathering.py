"""What is known of an incident before anybody writes: its timeline and the first answers, with secrets masked."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2s
from typing import Any, Final

from store import Transaction
from store.incidents import EvidenceRecord, IncidentRecord
from store.runs import RunEventRecord, RunRecord
from workflows.masking import masked
from workflows.runs.run import REMEDY, Run, run_within
from workflows.search.chance import tells
from workflows.search.trouble import trouble
from workflows.situations import TIMES
from workflows.writeups.answers import PERSON, WRITTEN, to_the_minute
from workflows.writeups.template import Template
from workflows.writeups.timeline import insert_all_within

LONGEST: Final = 1_000  # characters kept of one point of the timeline
MESSAGES: Final = 2_000  # messages of an incident in which marked ones are looked for
BOT: Final = "faultline"
SYMPTOM: Final = "symptom"  # the one answer that is a message's words
FROM_MESSAGES: Final = ("said", "alert")  # the points that are messages' words
DIGITS: Final = re.compile(r"[0-9]+(?:[.,][0-9]+)*")
MADE_IN_THE_THREAD: Final = ("confirmed", "remedy", "step")
ALERTS, ALERT = 30, 300  # alerts of different words on a timeline, and characters of one
PEOPLE: Final = 20  # who are named as having taken part
RUNS, TRIED = 20, 200  # remedies that are named as tried, and characters of one
CHANGED, CHANGES = "incident.change", 200  # how the audit trail names them, and how many are looked at
FAR: Final = ("open", "mitigating", "mitigated", "resolved")  # how far an incident is, in order
LIKE_TIMES: Final = {"detected": "detected", "contained": "mitigated", "resolved": "resolved"}
BY_A_REMEDY: Final = "remedy of "  # before the entry whose remedy brought a time about; the run says more
SAID_BY: Final = "said by "  # before the name of whoever told us a time
TOLD_BY_OTHERS: Final = frozenset({"match_confirmed", "mitigation_started"})  # a verdict and a run say more
# How the events of a run read in a timeline; those that say nothing to people who were not there are left out.
OF_A_RUN: Final = {
    "worked": "it worked", "failed": "it did not work", "fallback": "fell back", "rolling_back": "began to roll back",
    "rolled_back": "rolled back", "overdue": "it takes longer than expected", "given_up": "given up",
    "degraded": "went into degraded mode",
}  # fmt: skip


@dataclass(frozen=True)
class Found:
    """A point of the timeline, and what it was taken from, by which it is taken once."""

    source: str
    at: datetime
    text: str
    author: str
    kind: str
    link: str | None = None


def gather_within(tx: Transaction, writeup_id: int, incident: IncidentRecord, template: Template) -> dict[str, str]:
    """Put what happened in the incident on the timeline, each thing once, and return answers to begin with.

    What people took out of the timeline stays out.
    """
    runs = _runs(tx, incident)
    said = tx.incidents.evidence(incident.id, latest=MESSAGES)
    marked = set(tx.writeups.marked(incident.id))
    found = [
        *_times(tx, incident), *_changes(tx, incident), *_verdicts(tx, incident), *_said(incident, said, marked),
        *_steps(runs),
    ]  # fmt: skip
    found.sort(key=_when)
    # Confirmations and remedies are made under the card, so its thread is where they can be read again.
    thread = permalink(incident.channel_id, incident.card_thread_ts) if incident.card_thread_ts else None
    links = dict.fromkeys(MADE_IN_THE_THREAD, thread)
    points = [
        {**vars(one), "link": one.link or links.get(one.kind), "text": masked(one.text)[:LONGEST]} for one in found
    ]
    insert_all_within(tx, writeup_id, points)
    people = ",".join(_people(tx, incident, runs, said))
    answers = {**_of_entry(tx, incident), **_of_incident(tx, incident, said), **_of_runs(runs), "people": people}
    asked = template.questions
    # An id of a person reads like a secret to whoever knows only its shape.
    return {
        key: masked(text) if asked[key].kind in WRITTEN else text
        for key, text in answers.items()
        if text and key in asked
    }


def forget_within(tx: Transaction, incident: IncidentRecord) -> None:
    """Take out of the incident's write-up what it took over of messages and runs that are forgotten now.

    What somebody wrote anew is theirs and stays.
    """
    record = tx.writeups.of_incident(incident.id)
    if record is None:
        return
    gone = {one.value for one in tx.writeups.told(record.id) if (one.field, one.by) == (SYMPTOM, BOT)}
    without_words = {one.source: masked(one.text)[:LONGEST] for one in _steps(_runs(tx, incident))}
    for point in tx.writeups.moments(record.id, removed=True):
        if point.version == 0 and point.source in without_words:
            tx.writeups.change_moment(point.id, text=without_words[point.source])
        if point.version == 0 and (point.kind in FROM_MESSAGES or point.source in without_words):
            gone.add(point.text)
    tx.writeups.forget_moments(record.id, FROM_MESSAGES)
    tx.writeups.forget_answers(record.id, SYMPTOM, by=BOT)
    if SYMPTOM not in {one.field for one in tx.writeups.told(record.id) if one.accepted}:
        answers = {key: text for key, text in record.answers.items() if key != SYMPTOM}
        tx.writeups.change(record.id, answers=answers)
    tx.unsent.forget_texts(record.id, gone)


def permalink(channel_id: str, ts: str) -> str:
    """Return the address of a message, which leads members of the workspace to it."""
    return f"https://slack.com/archives/{channel_id}/p{ts.replace('.', '')}"


def _runs(tx: Transaction, incident: IncidentRecord) -> list[Run]:
    return [run_within(tx, record) for record in tx.runs.of_incident(incident.id)]


def _when(found: Found) -> datetime:
    return found.at


def _times(tx: Transaction, incident: IncidentRecord) -> Iterator[Found]:
    for time in tx.incidents.times(incident.id):
        what = TIMES.get(time.name, time.name).capitalize()
        before, by, who = time.source.rpartition(SAID_BY)
        if by and not before:
            yield Found(f"time:{time.name}", time.at, what, who, "status")
        elif time.name not in TOLD_BY_OTHERS and not time.source.startswith(BY_A_REMEDY):
            yield Found(f"time:{time.name}", time.at, f"{what} ({time.source})", BOT, "status")


def _verdicts(tx: Transaction, incident: IncidentRecord) -> Iterator[Found]:
    for one in tx.incidents.suggestions(incident.id):
        if one.verdict != "confirmed" or one.verdict_at is None:
            continue
        entry = tx.entries.get(one.entry_id)
        title = entry.title if entry else one.entry_id
        text = f"Recognised as {one.entry_id}, {title}"
        yield Found(f"verdict:{one.entry_id}", one.verdict_at, text, one.verdict_by or BOT, "confirmed")


def _changes(tx: Transaction, incident: IncidentRecord) -> Iterator[Found]:
    """Return how its severity and its commander changed, and when it went back; the times say the rest."""
    changes = tx.audit.find(action=CHANGED, subject=f"incident:{incident.id}", limit=CHANGES)
    for one in reversed(changes):
        before, after = one.before or {}, one.after or {}
        place = f"change:{one.at.isoformat()}"
        if severity := after.get("severity"):
            was = f" (was {before['severity']})" if before.get("severity") else ""
            yield Found(f"{place}:severity", one.at, f"Severity: {severity}{was}", one.actor, "status")
        if commander := after.get("commander"):
            yield Found(f"{place}:commander", one.at, "Leads the incident from now on", commander, "status")
        if _is_back(before.get("status"), after.get("status")):
            yield Found(f"{place}:status", one.at, f"Back to {after['status']}", one.actor, "status")


def _is_back(before: str | None, after: str | None) -> bool:
    return before in FAR and after in FAR and FAR.index(after) < FAR.index(before)


def _said(incident: IncidentRecord, said: Sequence[EvidenceRecord], marked: Collection[str]) -> Iterator[Found]:
    """Return the messages that people marked, and each alert when it came first."""
    alerts: set[str] = set()
    for one in said:
        link = permalink(incident.channel_id, one.ts)
        if one.ts in marked:
            yield Found(f"said:{one.ts}", one.said_at, one.text, one.author, "said", link)
        elif one.is_alert and (source := _alike(one.text)) not in alerts and len(alerts) < ALERTS:
            alerts.add(source)
            yield Found(source, one.said_at, f"Alert: {_gist(one.text)}", BOT, "alert", link)


def _alike(text: str) -> str:
    """Return what alerts are told apart by that differ in more than figures: those of one kind stand there once."""
    kind = DIGITS.sub("#", " ".join(text.split()))
    return f"alert:{blake2s(kind.encode(), digest_size=16).hexdigest()}"


def _gist(text: str) -> str:
    """Return what an alert says first."""
    flat = " ".join(text.split())
    return flat if len(flat) <= ALERT else flat[: ALERT - 1] + "…"


def _people(
    tx: Transaction, incident: IncidentRecord, runs: Sequence[Run], said: Sequence[EvidenceRecord]
) -> Sequence[str]:
    """Return who took part: who leads, recognised it, ran a remedy, or spoke, each once, in that order."""
    recognised = (one.verdict_by for one in tx.incidents.suggestions(incident.id) if one.verdict == "confirmed")
    ran = (person for run in runs for person in run.people)
    spoke = (one.author for one in said if not one.is_alert)
    found = dict.fromkeys([incident.commander, *recognised, *ran, *spoke])
    return [one for one in found if one and PERSON.fullmatch(one)][:PEOPLE]


def _steps(runs: list[Run]) -> Iterator[Found]:
    for run in runs:
        yield Found(
            f"run:{run.id}", run.record.started_at, f"Began: {run.remedy.title}", run.record.started_by, "remedy"
        )
        for step in run.steps:
            if step.at is not None and step.state != "open":
                said = f" ({step.comment})" if step.comment else ""
                text = f"{'Skipped' if step.state == 'skipped' else 'Done'}: {step.text}{said}"
                yield Found(f"step:{run.id}:{step.part}:{step.place}", step.at, text, step.by or BOT, "step")
        yield from _events(run.record, run.remedy.title, run.events)


def _events(run: RunRecord, title: str, events: tuple[RunEventRecord, ...]) -> Iterator[Found]:
    for place, event in enumerate(events):
        if (what := OF_A_RUN.get(event.kind)) is not None:
            yield Found(f"event:{run.id}:{place}", event.at, f"{title}: {what}", event.by or BOT, "remedy")


def _of_entry(tx: Transaction, incident: IncidentRecord) -> dict[str, str]:
    """Return what the confirmed entry says of the same thing."""
    confirmed = [one for one in tx.incidents.suggestions(incident.id) if one.verdict == "confirmed"]
    entry = tx.entries.get(confirmed[0].entry_id) if confirmed else None
    if entry is None:
        return {}
    document: dict[str, Any] = entry.document
    return {"title": entry.title, "cause_category": document["cause_category"], "domain": document["domain"]}


def _of_incident(tx: Transaction, incident: IncidentRecord, said: Sequence[EvidenceRecord]) -> dict[str, str]:
    times = {one.name: one.at for one in tx.incidents.times(incident.id)}
    moments = {name: to_the_minute(times[known]) for name, known in LIKE_TIMES.items() if known in times}
    return {
        "severity": incident.severity or "",
        SYMPTOM: _first_sign(said)[:LONGEST],
        **(moments if list(moments.values()) == sorted(moments.values()) else {}),
    }


def _first_sign(said: Sequence[EvidenceRecord]) -> str:
    """Return the first message that says that something is wrong, else the first alert, else the first message."""
    signs = (one.text for one in said if tells(one.text) and trouble([one.text]))
    alerts = (one.text for one in said if one.is_alert)
    return next((text for found in (signs, alerts, (one.text for one in said)) for text in found), "")


def _of_runs(runs: list[Run]) -> dict[str, str]:
    """Return what was tried, and the remedy that worked, else the last one that was tried."""
    worked = [run for run in runs if run.record.state == "worked"]
    run = next(iter(worked or runs[-1:]), None)
    if run is None:
        return {}
    done = [step.text for step in run.part(REMEDY) if step.state == "done"]
    return {
        "tried": "\n".join(f"{one.remedy.title[:TRIED]}: {_came_of_it(one)}" for one in runs[:RUNS]),
        "mitigation": run.remedy.title,
        "checklist": "\n".join(done[:12] or list(run.remedy.checklist)[:12]),
        "owner": run.remedy.owner,
        "contain_minutes": str(run.minutes) if worked and run.minutes is not None else "",
    }


def _came_of_it(run: Run) -> str:
    """Return in words what came of a remedy, by its end and by what those say who ran it."""
    said = {one.helped for one in run.outcomes}
    took = f" after {run.minutes} min" if run.minutes is not None else ""
    if run.record.is_open:
        return "still under way"
    if said == {"partly"}:
        return f"it helped partly{took}"
    return f"{OF_A_RUN.get(run.record.state, run.record.state.replace('_', ' '))}{took}"
