"""A write-up as a file, for whoever asks."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from slack_bolt import Ack

from bot.blocks.elements import Rendered, section
from bot.blocks.writeup_forms import writeup_page
from bot.forms.calls import Press, press
from bot.replies import Replies
from workflows.entries.vocabulary import Vocabulary
from workflows.writeups.documents import as_markdown, file_name, people_of
from workflows.writeups.writeup import WriteUp
from workflows.writeups.writeups import WriteUps


@dataclass(frozen=True)
class DocumentListeners:
    """Sends write-ups as documents; a channel gets none unless somebody passes it on."""

    writeups: WriteUps
    vocabulary: Vocabulary
    replies: Replies
    names_of: Callable[[Iterable[str]], Mapping[str, str]]
    home_team: str

    def send(self, ack: Ack, body: dict[str, Any]) -> None:
        """Button “As a document”: a file in the direct messages of whoever pressed it."""
        pressed = press(body, self.home_team)
        writeup = self.writeups.open(pressed.number(), pressed.actor, channel_id=pressed.channel_id or None)
        self.replies.send_file(
            pressed.actor.user_id, file_name(writeup), lambda: self._written(writeup),
            lambda sentence: self._say(pressed, writeup, sentence),
        )  # fmt: skip
        ack()

    def _written(self, writeup: WriteUp) -> str:
        names = self.names_of(people_of(writeup))
        return as_markdown(writeup, self.vocabulary, lambda person: names.get(person, person))

    def _say(self, pressed: Press, writeup: WriteUp, sentence: str) -> None:
        if pressed.view_id:
            self.replies.replace_form(pressed.view_id, writeup_page(writeup, notice=sentence))
        else:
            self.replies.tell(pressed.response_url, Rendered(sentence, [section(sentence)]))
