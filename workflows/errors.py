"""The family of errors that are not bugs.

    UserError          a person can correct it; the sentence is shown as written and names the next step
    ├── NotFound       no such entry, incident, write-up
    ├── NotAllowed     this person may not do this to that thing
    └── InvalidForm    fields of a form that need another answer, each with its sentence
    Unavailable        something outside (the database) does not answer; worth trying again

Everything else is a bug: it is logged under a reference, and the person sees the reference.
"""

from collections.abc import Mapping

from store.errors import Unavailable

__all__ = ["InvalidForm", "NotAllowed", "NotFound", "Unavailable", "UserError"]


class UserError(Exception):
    """One complete sentence for the person who can put it right, and whom to ask, by Slack id, where that helps."""

    def __init__(self, sentence: str, *, ask: str | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.ask = ask


class NotFound(UserError):
    """The thing that was named does not exist, or not for this person."""


class NotAllowed(UserError):
    """The person may not do this; the sentence says who may."""


class InvalidForm(UserError):
    """Answers that need correcting, by the key of their question."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        super().__init__(" ".join(fields.values()))
        self.fields = dict(fields)
