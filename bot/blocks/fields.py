"""How the fields of a form look."""

from collections.abc import Iterable, Mapping

from bot.blocks.elements import Block, choice_field, choices_field, context, date_field, escape, term_field, text_field
from bot.forms.fields import Field
from workflows.entries.vocabulary import Vocabulary

YES_NO = {"yes": "yes", "no": "no"}


def drawn(fields: Iterable[Field], values: Mapping[str, str]) -> list[Block]:
    """Return the input blocks of the fields, filled with what stands in them."""
    return [_drawn(field, values.get(field.path)) for field in fields]


def severity_scale(fields: Iterable[Field], vocabulary: Vocabulary) -> list[Block]:
    """Return the scale with its examples where a form asks for a severity; the highest matching line wins."""
    if not any(field.path.startswith("severity.") for field in fields):
        return []
    lines = [f"*{level}* {escape(meaning)}" for level, meaning in vocabulary.definitions("severity").items()]
    return [context("Severity, the highest line that fits:\n" + "\n".join(lines))]


def _drawn(field: Field, value: str | None) -> Block:
    match field.kind:
        case "choice":
            groups = field.groups or {"": field.options or {}}
            return term_field(field.path, field.label, groups, required=field.required, hint=field.hint, value=value)
        case "choices":
            chosen = value.split(",") if value else []
            return choices_field(
                field.path, field.label, field.options or {}, required=field.required, hint=field.hint, values=chosen
            )
        case "yes_no":
            return choice_field(field.path, field.label, YES_NO, required=field.required, hint=field.hint, value=value)
        case "date":
            return date_field(field.path, field.label, required=field.required, hint=field.hint, value=value)
        case _:
            return text_field(
                field.path,
                field.label,
                multiline=field.kind in {"text", "lines", "rows"},
                required=field.required,
                max_length=field.max_length,
                hint=field.hint,
                value=value,
            )
