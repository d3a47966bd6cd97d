"""Searching: by command, by the form at home, and once more with the words or filters that an answer offers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from slack_bolt import Ack

from bot.blocks.elements import Rendered
from bot.blocks.search import CHOSEN, answered, search_form
from bot.exposures import Exposures
from bot.forms.calls import CommandCall, press, submission
from bot.gaps import GapNotes
from bot.replies import Replies
from workflows.entries.vocabulary import Vocabulary
from workflows.people import Actor, require_colleague
from workflows.search.search import Answer, Search


@dataclass(frozen=True)
class SearchListeners:
    """What people do to find an entry."""

    search: Search
    vocabulary: Vocabulary
    exposures: Exposures
    gaps: GapNotes
    replies: Replies
    home_team: str

    def find(self, call: CommandCall) -> Rendered:
        """`/failure search <words>`."""
        return answered(self._answer(call.rest, call.actor))

    def open(self, ack: Ack, body: dict[str, Any]) -> None:
        """Button “Search”."""
        pressed = press(body, self.home_team)
        require_colleague(pressed.actor)
        self.replies.open_form(pressed, search_form(self.vocabulary))
        ack()

    def take(self, ack: Ack, body: dict[str, Any]) -> None:
        """Form “Search the catalog”: what was found stands below the question."""
        submitted = submission(body, self.home_team)
        answer = self._answer(_query(submitted.answers), submitted.actor)
        ack(response_action="update", view=search_form(self.vocabulary, answer))

    def again(self, ack: Ack, body: dict[str, Any]) -> None:
        """Buttons “Did you mean” and “Search without filters”: in the form its answer is replaced, else a new one."""
        pressed = press(body, self.home_team)
        answer = self._answer(pressed.value, pressed.actor)
        if pressed.view_id:
            self.replies.replace_form(pressed.view_id, search_form(self.vocabulary, answer))
        else:
            self.replies.tell(pressed.response_url, answered(answer))
        ack()

    def _answer(self, query: str, actor: Actor) -> Answer:
        answer = self.search.answer(query, actor)
        self.exposures.shown([one.entry.id for one in answer.found], actor)
        self.gaps.searched(answer, actor)
        return answer


def _query(answers: Mapping[str, str]) -> str:
    """Return what the form asks for as it would be typed."""
    named = {block_id.partition(":")[0]: said for block_id, said in answers.items()}
    filters = [f"{name}:{named[name]}" for name in CHOSEN if named.get(name)]
    return " ".join([*filters, named.get("query", "")])
