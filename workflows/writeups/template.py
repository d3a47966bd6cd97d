"""What the write-up asks, step by step, as data: the forms are drawn from it and the answers are checked against it.

Template
├── Length     which steps are asked of incidents of which severity; all steps where none says
└── Step       one form, or a list of its own (the timeline, the follow-up actions)
    ├── Question   one field of it
    └── Repeat     fields of it that may be answered more than once
"""

from collections.abc import Iterable, Mapping
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from workflows.entries.vocabulary import Vocabulary
from workflows.errors import UserError

Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,37}$")]  # with a number behind it 40 characters
Label = Annotated[str, StringConstraints(min_length=1, max_length=150)]
FIELDS_OF_A_FORM: Final = 40  # a view of Slack holds 100 blocks, and a conflict shows one more for each field
MOST_TIMES: Final = 9  # that a field is asked
# Without these no entry can be made of a write-up, however an organisation asks for them.
NEEDED: Final = ("title", "symptom", "severity", "cause_category", "domain")


def numbered(key: str, number: int) -> str:
    """Return under which key the answer to a question stands that is asked for the `number`th time."""
    return key if number == 1 else f"{key}_{number}"


class Question(BaseModel):
    """One field of a form: a line, a longer text, a number, a moment, a choice, or any number of people.

    A choice is among the terms of a vocabulary or among options of its own; `max_length` is in characters; `lines`
    bounds the number of lines where each line is an item of its own; `short` says that short write-ups ask it too.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: Key
    label: Label
    kind: Literal["line", "text", "number", "moment", "choice", "people"]
    required: bool = False
    short: bool = False
    hint: str | None = Field(None, max_length=2000)
    vocabulary: str | None = None
    options: dict[str, str] = {}
    max_length: int = Field(3000, ge=1, le=3000)
    lines: int | None = Field(None, ge=1, le=100)
    repeats: str = ""  # the field that this one asks once more; set by us alone

    @model_validator(mode="after")
    def _choice_has_something_to_choose_from(self) -> Self:
        if (self.kind == "choice") != (bool(self.options) != bool(self.vocabulary)):
            msg = f"{self.key}: a choice, and nothing else, has either a vocabulary or options of its own"
            raise ValueError(msg)
        return self

    def choices(self, vocabulary: Vocabulary) -> Mapping[str, str]:
        """Return what can be chosen, as {value: what people read}."""
        if self.vocabulary is None:
            return self.options
        return {term: f"{term}: {meaning}" for term, meaning in vocabulary.definitions(self.vocabulary).items()}


class Repeat(BaseModel):
    """Fields that stand next to each other and may be answered up to `most` times; `another` is on the button."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    fields: Annotated[tuple[Key, ...], Field(min_length=1)]
    most: int = Field(5, ge=2, le=MOST_TIMES)
    another: Label

    @property
    def name(self) -> str:
        """Its first field, by which it is known."""
        return self.fields[0]

    def times(self, answers: Mapping[str, str], shown: int = 1) -> int:
        """Return how often its fields are shown: as often as there are answers, and `shown` times at least."""
        answered = (n for n in range(1, self.most + 1) for key in self.fields if answers.get(numbered(key, n)))
        return min(self.most, max([shown, *answered]))


class Step(BaseModel):
    """One step of the write-up: a form of fields, the timeline, or the follow-up actions."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Key
    title: Label
    intro: str = Field(max_length=1000)
    kind: Literal["form", "timeline", "actions"] = "form"
    fields: Annotated[tuple[Question, ...], Field(max_length=FIELDS_OF_A_FORM)] = ()
    repeats: tuple[Repeat, ...] = ()

    def repeat_of(self, key: str) -> Repeat | None:
        """Return the repeat that ends with this field, or None."""
        return next((one for one in self.repeats if one.fields[-1] == key), None)

    def asked(self, answers: Mapping[str, str], shown: Mapping[str, int] | None = None) -> tuple[Question, ...]:
        """Return the fields, those of a repeat as often as they are answered, or `shown` by the repeat's name."""
        found: list[Question] = []
        for question in self.fields:
            found.append(question)
            if (repeat := self.repeat_of(question.key)) is not None:
                times = repeat.times(answers, (shown or {}).get(repeat.name, 1))
                found += [copy for n in range(2, times + 1) for copy in self._copies(repeat, n)]
        return tuple(found)

    def _copies(self, repeat: Repeat, number: int) -> Iterable[Question]:
        for question in self.fields:
            if question.key in repeat.fields:
                label = f"{question.label} ({number})"[:150]
                changed = {"key": numbered(question.key, number), "label": label, "repeats": question.key}
                yield question.model_copy(update={**changed, "required": False})

    @model_validator(mode="after")
    def _what_repeats_stands_together(self) -> Self:
        keys = [question.key for question in self.fields]
        for repeat in self.repeats:
            start = keys.index(repeat.name) if repeat.name in keys else len(keys)
            if tuple(keys[start : start + len(repeat.fields)]) != repeat.fields:
                msg = f"{self.name}: {', '.join(repeat.fields)} do not stand next to each other in this order"
                raise ValueError(msg)
        if len(self.asked({}, {one.name: one.most for one in self.repeats})) > FIELDS_OF_A_FORM:
            msg = f"{self.name}: with all that repeats it has more than the {FIELDS_OF_A_FORM} fields of a form"
            raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _a_form_asks_something(self) -> Self:
        if (self.kind == "form") != bool(self.fields):
            msg = f"{self.name}: a form has fields; the timeline and the follow-up actions have none"
            raise ValueError(msg)
        return self


class Length(BaseModel):
    """The steps that incidents of some severities are asked for."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Key
    severities: Annotated[tuple[str, ...], Field(min_length=1)]
    steps: Annotated[tuple[str, ...], Field(min_length=1)]


class Template(BaseModel):
    """All that write-ups of an organisation ask."""

    model_config = ConfigDict(frozen=True, extra="forbid", ignored_types=(cached_property,))

    lengths: tuple[Length, ...] = ()
    steps: Annotated[tuple[Step, ...], Field(min_length=1, max_length=20)]

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        for problem in self._problems():
            raise ValueError(problem)
        return self

    @classmethod
    def load(cls, path: Path | None, vocabulary: Vocabulary) -> "Template":
        """Return the organisation's template, or ours where there is none; raises UserError, naming what is wrong."""
        if path is None:
            return built_in()
        try:
            found = cls.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
        except (OSError, UnicodeDecodeError) as unreadable:
            msg = f"{path} cannot be read ({unreadable}); correct FAULTLINE_WRITEUP_TEMPLATE or leave it empty."
            raise UserError(msg) from None
        except yaml.YAMLError as broken:
            msg = f"{path} is no YAML: {broken}"
            raise UserError(msg) from None
        except ValidationError as invalid:
            raise UserError("\n".join(f"{path}: {sentence}" for sentence in _sentences(invalid))) from None
        found.require_known_terms(path, vocabulary)
        return found

    def require_known_terms(self, path: Path, vocabulary: Vocabulary) -> None:
        """Raise UserError for a vocabulary or a severity that does not exist: its field could never be answered."""
        for question in self.questions.values():
            if question.vocabulary is not None and question.vocabulary not in vocabulary.terms:
                known = ", ".join(sorted(vocabulary.terms))
                msg = f"{path}: {question.key} asks for a {question.vocabulary}; there are {known}."
                raise UserError(msg)
        severities = vocabulary.definitions("severity")
        for severity in (one for length in self.lengths for one in length.severities):
            if severity not in severities:
                msg = f"{path}: there is no severity {severity}; there are {', '.join(severities)}."
                raise UserError(msg)

    @cached_property
    def questions(self) -> Mapping[str, Question]:
        """Every question by its key, in the order in which they are asked, repeated ones as often as they may be."""
        often = {one.name: one.most for step in self.steps for one in step.repeats}
        return {question.key: question for step in self.steps for question in step.asked({}, often)}

    def step_named(self, name: str) -> Step | None:
        """Return the step of this name, or None."""
        return next((step for step in self.steps if step.name == name), None)

    def step_of(self, key: str) -> Step | None:
        """Return the step that asks this question, or None."""
        return next((step for step in self.steps if any(question.key == key for question in step.fields)), None)

    def is_short(self, severity: str | None) -> bool:
        """Return whether so little is asked of an incident of this severity that long forms are cut as well."""
        return self._length(severity) is not None

    def steps_for(self, severity: str | None) -> tuple[Step, ...]:
        """Return the steps that an incident of this severity is asked for, in their order."""
        length = self._length(severity)
        return tuple(step for step in self.steps if length is None or step.name in length.steps)

    def fields_of(
        self,
        step: Step,
        severity: str | None,
        *,
        answers: Mapping[str, str] | None = None,
        shown: Mapping[str, int] | None = None,
    ) -> tuple[Question, ...]:
        """Return the fields of the step that an incident of this severity is asked for, repeated as in `Step.asked`."""
        asked, length = step.asked(answers or {}, shown), self._length(severity)
        if length is None or step.name not in length.steps:
            return asked
        short = {question.key for question in step.fields if question.short or question.required}
        return tuple(question for question in asked if (question.repeats or question.key) in short)

    def _length(self, severity: str | None) -> Length | None:
        return next((length for length in self.lengths if severity in length.severities), None)

    def _problems(self) -> Iterable[str]:
        names = [step.name for step in self.steps]
        often = {one.name: one.most for step in self.steps for one in step.repeats}
        keys = [question.key for step in self.steps for question in step.asked({}, often)]
        yield from (f"two steps are named {name}" for name in dict.fromkeys(names) if names.count(name) > 1)
        yield from (f"two fields have the key {key}" for key in dict.fromkeys(keys) if keys.count(key) > 1)
        yield from (f"no step asks for {key}, which every entry needs" for key in NEEDED if key not in keys)
        first = {question.key for question in self.steps[0].fields if question.required}
        if not {"title", "severity"} <= first:
            yield "the first step asks for title and severity, and both are required: they decide how long it is"
        for length in self.lengths:
            if unknown := sorted(set(length.steps) - set(names)):
                yield f"the length {length.name} names {', '.join(unknown)}, which is no step"
            if self.steps[0].name not in length.steps:
                yield f"the length {length.name} leaves out the first step, {self.steps[0].name}"
        yield from _with_another_meaning(self.questions)


def built_in() -> Template:
    """Return the template that comes with us."""
    return Template.model_validate(yaml.safe_load(BUILT_IN.read_text(encoding="utf-8")))


BUILT_IN: Final = files("workflows.writeups").joinpath("template.yaml")


def _with_another_meaning(questions: Mapping[str, Question]) -> Iterable[str]:
    """Yield a sentence for each of our keys that is asked for in a way from which no entry can be made."""
    document: Any = yaml.safe_load(BUILT_IN.read_text(encoding="utf-8"))
    ours = {field["key"]: field for step in document["steps"] for field in step.get("fields", ())}
    for key, question in questions.items():
        meant = ours.get(key)
        if meant is None:
            continue
        if (meant["kind"], meant.get("vocabulary")) != (question.kind, question.vocabulary):
            of = f" of {meant['vocabulary']}" if "vocabulary" in meant else ""
            yield f"{key} is a {meant['kind']}{of}; give a field that means something else a key of its own"
        if set(question.options) - set(meant.get("options", {})):
            yield f"{key} has the options {', '.join(meant['options'])} and no others"


def _sentences(invalid: ValidationError) -> Iterable[str]:
    for error in invalid.errors():
        place = ".".join(map(str, error["loc"]))
        sentence = error["msg"].removeprefix("Value error, ")
        yield f"{place}: {sentence}." if place else f"{sentence}."
