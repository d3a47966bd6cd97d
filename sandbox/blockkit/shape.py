"""The ground all parts of Block Kit stand on: closed objects, bounded strings, and rules in Slack's words."""

from typing import Annotated, Protocol

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

#: The error type of every rule that speaks Slack's words; `sandbox.blockkit.verdict` passes them on as they are.
SLACK = "slack"


class Shape(BaseModel):
    """A JSON object with exactly these fields; anything else in it is refused, as Slack does."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class HasText(Protocol):
    """Anything with a `text`: plain or marked up."""

    @property
    def text(self) -> str:
        """The characters themselves."""


def broken(sentence: str, *place: str | int) -> PydanticCustomError:
    """Return the error for a broken rule; `place` is the way from this object to the culprit."""
    # Braces are doubled because pydantic reads the sentence as a template.
    return PydanticCustomError(SLACK, sentence.replace("{", "{{").replace("}", "}}"), {"place": place})


def longest(characters: int) -> AfterValidator:
    """Bound the text of a text object, which Slack reports at the `text` inside it."""

    def check(value: HasText) -> HasText:
        if len(value.text) > characters:
            raise broken(f"must be less than {characters + 1} characters", "text")
        return value

    return AfterValidator(check)


Id = Annotated[str, Field(min_length=1, max_length=255)]
WebUrl = Annotated[str, Field(max_length=3000, pattern=r"^https?://[^\s/]")]
AnyUrl = Annotated[str, Field(max_length=3000, pattern=r"^[A-Za-z][A-Za-z0-9+.-]*:\S")]
