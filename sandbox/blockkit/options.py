"""The rules for an answer to block_suggestion: the choices an app offers while somebody types.

Source: docs.slack.dev/reference/block-kit/block-elements/select-menu-element (external data source).
"""

from collections.abc import Mapping
from typing import Annotated, Any, Self

from pydantic import Field, TypeAdapter, ValidationError, model_validator

from sandbox.blockkit.composition import Option, OptionGroup
from sandbox.blockkit.shape import Shape, broken
from sandbox.blockkit.verdict import error, messages
from sandbox.refusal import Refusal


class Suggestions(Shape):
    """Up to a hundred options or groups; none at all is a fair answer."""

    options: Annotated[list[Option], Field(max_length=100)] | None = None
    option_groups: Annotated[list[OptionGroup], Field(max_length=100)] | None = None

    @model_validator(mode="after")
    def has_one_list(self) -> Self:
        """Exactly one of `options` and `option_groups`."""
        if (self.options is None) == (self.option_groups is None):
            raise broken("must define either `options` or `option_groups`")
        return self


SUGGESTIONS = TypeAdapter(Suggestions)


def check_options(payload: Mapping[str, Any]) -> None:
    """Refuse suggestions Slack would not show."""
    if not isinstance(payload, Mapping):
        raise Refusal("invalid_arguments", error("must provide an object", ()))
    try:
        SUGGESTIONS.validate_python(dict(payload))
    except ValidationError as found:
        raise Refusal("invalid_arguments", *messages(found, payload)) from None
