"""The closed vocabularies: which terms exist and what they mean."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, StringConstraints, TypeAdapter, ValidationError

from workflows.entries.document import FailureMode
from workflows.entries.yamlfile import Unreadable, content_of, safe_yaml
from workflows.errors import UserError

VOCABULARY_FILE = "vocabulary.yaml"
CAUSES: Final = "cause_category"
DIMENSIONS = ("data_domain", "model_family", "deployment_environment", "customer_segment")

# Below the roots stand the causes that an organisation added without saying where they belong.
OTHER: Final = "Others"


class Root(BaseModel):
    """One root of the causes: what it means, and which causes (kinds of latent condition) grow from it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    root: Annotated[str, StringConstraints(min_length=1, max_length=75)]  # Slack's limit for the label of a group
    meaning: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    causes: tuple[str, ...]


ROOTS: Final = TypeAdapter(tuple[Root, ...])


@dataclass(frozen=True)
class Vocabulary:
    """Terms with their definitions, by the name of their vocabulary; `champion` is the role in charge of them.

    `roots` say under which root each cause stands.
    """

    terms: Mapping[str, Mapping[str, str]]
    champion: str = ""
    roots: Sequence[Root] = ()

    @classmethod
    def load(cls, catalog: Path, extension: Path | None = None) -> "Vocabulary":
        """Return the vocabulary that stands beside the entries, with the organisation's own terms where it has some.

        An extension adds terms and names a champion; it never changes what a term means, because entries that other
        people wrote rely on it. Raises UserError for a file that is missing or cannot be used.
        """
        if not (catalog / VOCABULARY_FILE).is_file():
            msg = f"{catalog} holds no {VOCABULARY_FILE}; name the catalog's folder, for example catalog/."
            raise UserError(msg)
        own = cls.read(catalog / VOCABULARY_FILE)
        if extension is None:
            return own
        if not extension.is_file():
            msg = f"There is no vocabulary file {extension}; correct FAULTLINE_VOCABULARY or leave it empty."
            raise UserError(msg)
        return own.extended(cls.read(extension), extension)

    @classmethod
    def read(cls, path: Path) -> "Vocabulary":
        """Return the vocabulary that stands in one file; raises UserError for a file that cannot be used."""
        try:
            document = safe_yaml(content_of(path))
        except Unreadable as unreadable:
            msg = f"{path}:{unreadable.line}: {unreadable.sentence}"
            raise UserError(msg) from None
        if not isinstance(document, dict):
            msg = f"{path} must hold vocabularies by name, each with its terms and what they mean."
            raise UserError(msg)
        named = {str(name): terms for name, terms in document.items() if isinstance(terms, dict)}
        definitions = {
            name: {str(term): _definition(meaning) for term, meaning in terms.items()} for name, terms in named.items()
        }
        try:
            roots = ROOTS.validate_python(document.get("roots") or ())
        except ValidationError as invalid:
            first = invalid.errors(include_url=False, include_context=False)[0]
            msg = f"{path}: roots.{'.'.join(map(str, first['loc']))}: {first['msg']}."
            raise UserError(msg) from None
        return cls(definitions, str(document.get("champion") or ""), roots)

    def extended(self, extension: "Vocabulary", source: Path) -> "Vocabulary":
        """Return this vocabulary with the terms of the other; raises UserError for a term that means something here."""
        for name, terms in extension.terms.items():
            if name not in self.terms:
                msg = f"{source}: there is no vocabulary {name!r}; there are {', '.join(sorted(self.terms))}."
                raise UserError(msg)
            if taken := sorted(set(terms) & set(self.terms[name])):
                msg = f"{source}: {name} has {', '.join(taken)} already; give your own terms names of their own."
                raise UserError(msg)
        merged = {name: {**terms, **extension.terms.get(name, {})} for name, terms in self.terms.items()}
        return Vocabulary(merged, extension.champion or self.champion, _joined(self.roots, extension.roots))

    def definitions(self, name: str) -> Mapping[str, str]:
        """Return the terms of one vocabulary with their definitions."""
        return self.terms[name]

    def groups(self, name: str) -> Mapping[str, Mapping[str, str]]:
        """Return the terms of one vocabulary with their definitions, under the roots where it is that of the causes."""
        terms = self.terms[name]
        if name != CAUSES or not self.roots:
            return {"": terms}
        grouped = {one.root: {cause: terms[cause] for cause in one.causes if cause in terms} for one in self.roots}
        listed = {cause for causes in grouped.values() for cause in causes}
        grouped[OTHER] = {cause: meaning for cause, meaning in terms.items() if cause not in listed}
        return {root: causes for root, causes in grouped.items() if causes}

    def unknown_terms(self, entry: FailureMode) -> list[str]:
        """Return a sentence for every term of the entry that does not exist."""
        return [
            f"{place}: {name} has no term {term!r}; {VOCABULARY_FILE} lists those there are."
            for place, name, term in terms_of(entry)
            if term not in self.terms.get(name, {})
        ]


def _definition(meaning: Any) -> str:
    """Return a term's definition; a severity is defined by examples, one for each kind of harm."""
    return "; ".join(str(example) for example in meaning.values()) if isinstance(meaning, dict) else str(meaning)


def _joined(roots: Sequence[Root], further: Sequence[Root]) -> Sequence[Root]:
    """Return the roots, with the causes that an extension puts under them, and then the roots that it adds."""
    added = {one.root: one for one in further}
    known = [
        one.model_copy(update={"causes": (*one.causes, *added.pop(one.root).causes)}) if one.root in added else one
        for one in roots
    ]
    return (*known, *added.values())


def terms_of(entry: FailureMode) -> Iterator[tuple[str, str, str]]:
    """Yield every term that the entry uses: where it stands (as a path of fields), its vocabulary, and the term."""
    yield "cause_category", "cause_category", entry.cause_category
    yield from _listed("contributing_causes", "cause_category", entry.contributing_causes)
    for place, effect in enumerate(entry.effects):
        yield f"effects.{place}.category", "effect_category", effect.category
    for place, trigger in enumerate(entry.triggers):
        yield f"triggers.{place}.kind", "trigger", trigger.kind
    if entry.lifecycle_stage:
        yield "lifecycle_stage", "lifecycle_stage", entry.lifecycle_stage
    yield "domain", "domain", entry.domain
    yield from _listed("review_triggers", "review_trigger", entry.review_triggers)
    yield from _listed("visible_to", "discipline", entry.visible_to)
    for place, author in enumerate(entry.authors):
        yield f"authors.{place}.discipline", "discipline", author.discipline
    for place, used in enumerate(entry.patterns):
        yield f"patterns.{place}.pattern", "pattern", used.pattern
    if entry.governance and entry.governance.privacy_class:
        yield "governance.privacy_class", "privacy_class", entry.governance.privacy_class
    for name in DIMENSIONS:
        yield from _listed(f"dimensions.{name}", name, getattr(entry.dimensions, name))
    yield from _terms_of_parts(entry)


def _terms_of_parts(entry: FailureMode) -> Iterator[tuple[str, str, str]]:
    for place, remedy in enumerate(entry.mitigations):
        for nth, trade_off in enumerate(remedy.trade_offs):
            yield f"mitigations.{place}.trade_offs.{nth}.dimension", "trade_off", trade_off.dimension
    for place, study in enumerate(entry.case_studies):
        for side in ("origin", "target"):
            if (context := getattr(study, side)) is not None:
                for name in DIMENSIONS:
                    yield f"case_studies.{place}.{side}.{name}", name, getattr(context, name)


def _listed(place: str, name: str, terms: list[str]) -> Iterator[tuple[str, str, str]]:
    for nth, term in enumerate(terms):
        yield f"{place}.{nth}", name, term
