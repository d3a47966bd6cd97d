"""A remedy under way: its steps, what comes next, and how it went."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from slack_bolt import Ack

from bot.blocks.elements import Rendered
from bot.blocks.runs import outcome_form, roll_back_form, runs_here, step_form
from bot.forms.calls import CommandCall, Press, press, submission
from bot.forms.runs import HELPED, noted_run, run_and, run_number, step_note, step_of
from bot.replies import Replies
from workflows.entries.catalog import Catalog
from workflows.errors import NotFound
from workflows.incidents import Incidents
from workflows.people import require_colleague
from workflows.runs.outcomes import Outcomes
from workflows.runs.runs import Runs


@dataclass(frozen=True)
class RunListeners:
    """`/failure runs`, and the buttons and forms of a run."""

    runs: Runs
    outcomes: Outcomes
    incidents: Incidents
    catalog: Catalog
    replies: Replies
    home_team: str

    def list(self, call: CommandCall) -> Rendered:
        """`/failure runs`; with an entry behind it, its remedy is started in the incident of the channel."""
        require_colleague(call.actor)
        if call.rest:
            self.incidents.confirm_by_hand(call.channel_id, call.rest, call.actor)
        incident = self.incidents.incident_in(call.channel_id)
        return runs_here(self.runs.of_incident(incident.id) if incident else [])

    def check(self, ack: Ack, body: dict[str, Any]) -> None:
        """Button “Done” beside a step."""
        pressed = press(body, self.home_team)
        run_id, part, place = step_of(pressed)
        self.runs.mark(run_id, part, place, "done", pressed.actor, channel_id=pressed.channel_id)
        ack()

    def ask_note(self, ack: Ack, body: dict[str, Any]) -> None:
        """Button “About a step”: opens the form."""
        pressed = press(body, self.home_team)
        run = self.runs.open(run_number(pressed), pressed.actor, channel_id=pressed.channel_id)
        self.replies.open_form(pressed, step_form(run))
        ack()

    def take_note(self, ack: Ack, body: dict[str, Any]) -> None:
        """Form “About a step”."""
        submitted = submission(body, self.home_team)
        note = step_note(submitted)
        self.runs.mark(
            note.run_id, note.part, note.place, note.state, submitted.actor,
            channel_id=note.channel_id, comment=note.comment,
        )  # fmt: skip
        ack()

    def worked(self, ack: Ack, body: dict[str, Any]) -> None:
        """Button “It worked”."""
        pressed = press(body, self.home_team)
        run_id, seen = run_and(pressed)
        self.runs.worked(run_id, pressed.actor, channel_id=pressed.channel_id, seen=seen)
        ack()

    def failed(self, ack: Ack, body: dict[str, Any]) -> None:
        """Button “It did not work”."""
        pressed = press(body, self.home_team)
        run_id, seen = run_and(pressed)
        self.runs.failed(run_id, pressed.actor, channel_id=pressed.channel_id, seen=seen)
        ack()

    def fall_back(self, ack: Ack, body: dict[str, Any]) -> None:
        """Button “Try the fallback”."""
        self._do(ack, body, self.runs.fall_back)

    def stop_escalation(self, ack: Ack, body: dict[str, Any]) -> None:
        """Button “Stop escalation”."""
        self._do(ack, body, self.runs.stop_escalation)

    def give_up(self, ack: Ack, body: dict[str, Any]) -> None:
        """Button “End without success”."""
        self._do(ack, body, self.runs.give_up)

    def ask_to_roll_back(self, ack: Ack, body: dict[str, Any]) -> None:
        """Button “Roll back…”: opens the confirmation."""
        pressed = press(body, self.home_team)
        run = self.runs.open(run_number(pressed), pressed.actor, channel_id=pressed.channel_id)
        self.replies.open_form(pressed, roll_back_form(run))
        ack()

    def roll_back(self, ack: Ack, body: dict[str, Any]) -> None:
        """Form “Roll back?”."""
        submitted = submission(body, self.home_team)
        run_id, channel_id = noted_run(submitted)
        self.runs.roll_back(run_id, submitted.actor, channel_id=channel_id)
        ack()

    def escalate(self, ack: Ack, body: dict[str, Any]) -> None:
        """Button “Escalate now”."""
        pressed = press(body, self.home_team)
        run_id, place = run_and(pressed)
        if not place.isdecimal():
            msg = "This button is of an older version; `/failure runs` shows what is under way."
            raise NotFound(msg)
        self.runs.escalate(run_id, int(place), pressed.actor, channel_id=pressed.channel_id)
        ack()

    def degrade(self, ack: Ack, body: dict[str, Any]) -> None:
        """Buttons “Enter degraded mode” and “Leave degraded mode”."""
        pressed = press(body, self.home_team)
        run_id, wanted = run_and(pressed)
        self.runs.degrade(run_id, pressed.actor, channel_id=pressed.channel_id, on=wanted == "on")
        ack()

    def start_other(self, ack: Ack, body: dict[str, Any]) -> None:
        """Menu “Another remedy as well”."""
        pressed = press(body, self.home_team)
        run_id, name = run_and(pressed)
        run = self.runs.open(run_id, pressed.actor, channel_id=pressed.channel_id)
        entry = self.catalog.entry(run.entry_id, pressed.actor)
        self.runs.start(run_id, name, pressed.actor, channel_id=pressed.channel_id, entry=entry.document)
        ack()

    def say_outcome(self, ack: Ack, body: dict[str, Any]) -> None:
        """Buttons “It helped”, “Partly”, “It did not help”: keeps the answer and asks for more."""
        pressed = press(body, self.home_team)
        run_id, said = run_and(pressed)
        helped = HELPED.get(said, "partly")
        run = self.outcomes.answer(run_id, helped, pressed.actor, channel_id=pressed.channel_id)
        self.replies.open_form(pressed, outcome_form(run))
        ack()

    def take_outcome(self, ack: Ack, body: dict[str, Any]) -> None:
        """Form “How it went”."""
        submitted = submission(body, self.home_team)
        run_id, channel_id = noted_run(submitted)
        answers = submitted.answers
        still_right = {"yes": True, "no": False}.get(answers.get("still_right", ""))
        self.outcomes.add(
            run_id, answers.get("differed", ""), submitted.actor, channel_id=channel_id, still_right=still_right
        )
        ack()

    def _do(self, ack: Ack, body: dict[str, Any], deed: Callable[..., None]) -> None:
        pressed: Press = press(body, self.home_team)
        deed(run_number(pressed), pressed.actor, channel_id=pressed.channel_id)
        ack()
