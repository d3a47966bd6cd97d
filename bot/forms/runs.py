"""Buttons and forms of a run, read as values."""

from dataclasses import dataclass

from bot.forms.calls import Press, Submission
from workflows.errors import NotFound
from workflows.runs.outcomes import Helped
from workflows.runs.run import StepState

LONGEST_NUMBER = 12  # digits
HELPED: dict[str, Helped] = {"yes": "yes", "partly": "partly", "no": "no"}
STEP_STATES: dict[str, StepState] = {"open": "open", "done": "done", "skipped": "skipped"}


@dataclass(frozen=True)
class StepNote:
    """What the form about a step says; `state` is None where it stays as it is."""

    run_id: int
    channel_id: str
    part: str
    place: int
    state: StepState | None
    comment: str


def run_number(pressed: Press) -> int:
    """Return the run of a button that carries nothing else; raises NotFound for a value of another kind."""
    return _number(pressed.value)


def run_and(pressed: Press) -> tuple[int, str]:
    """Return the run of a button, and what else it carries."""
    number, _, rest = pressed.value.partition("|")
    return _number(number), rest


def step_of(pressed: Press) -> tuple[int, str, int]:
    """Return the run, the part and the place of a step's button."""
    number, rest = run_and(pressed)
    part, _, place = rest.partition("|")
    return number, part, _number(place)


def step_note(submitted: Submission) -> StepNote:
    """Return what the form about a step says."""
    run_id, channel_id = noted_run(submitted)
    part, _, place = submitted.answers.get("step", "").partition("|")
    state = STEP_STATES.get(submitted.answers.get("state", ""))
    return StepNote(run_id, channel_id, part, _number(place), state, submitted.answers.get("comment", ""))


def noted_run(submitted: Submission) -> tuple[int, str]:
    """Return the run and the channel that a form was opened for."""
    return _number(str(submitted.noted("run") or "")), str(submitted.noted("channel") or "")


def _number(text: str) -> int:
    if not text.isdecimal() or len(text) > LONGEST_NUMBER:
        msg = "This button is of an older version; `/failure runs` shows what is under way."
        raise NotFound(msg)
    return int(text)
