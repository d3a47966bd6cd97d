"""The closed vocabularies: which terms exist and what they mean."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from workflows.entries.document import FailureMode
from workflows.errors import UserError

VOCABULARY_FILE = "vocabulary.yaml"


@dataclass(frozen=True)
class Vocabulary:
    """Terms with their definitions, by the name of their vocabulary."""

    terms: Mapping[str, Mapping[str, str]]

    @classmethod
    def load(cls, catalog: Path) -> "Vocabulary":
        """Return the vocabulary that stands beside the entries; raises UserError where there is none."""
        if not (catalog / VOCABULARY_FILE).is_file():
            msg = f"{catalog} holds no {VOCABULARY_FILE}; name the catalog's folder, for example catalog/."
            raise UserError(msg)
        document: dict[str, Any] = yaml.load((catalog / VOCABULARY_FILE).read_text(), yaml.CSafeLoader)
        named = {name: terms for name, terms in document.items() if isinstance(terms, dict)}
        return cls(
            {name: {term: _definition(meaning) for term, meaning in terms.items()} for name, terms in named.items()}
        )

    def definitions(self, name: str) -> Mapping[str, str]:
        """Return the terms of one vocabulary with their definitions."""
        return self.terms[name]

    def unknown_terms(self, entry: FailureMode) -> list[str]:
        """Return a sentence for every term of the entry that does not exist."""
        return [
            f"{name} has no term {term!r}; catalog/{VOCABULARY_FILE} lists those there are."
            for name, term in _terms_of(entry)
            if term not in self.terms.get(name, {})
        ]


def _definition(meaning: Any) -> str:
    """Return a term's definition; a severity is defined by examples, one for each kind of harm."""
    return "; ".join(str(example) for example in meaning.values()) if isinstance(meaning, dict) else str(meaning)


def _terms_of(entry: FailureMode) -> Iterator[tuple[str, str]]:
    for cause in (entry.cause_category, *entry.contributing_causes):
        yield "cause_category", cause
    for effect in entry.effects:
        yield "effect_category", effect.category
    for trigger in entry.triggers:
        yield "trigger", trigger.kind
    if entry.lifecycle_stage:
        yield "lifecycle_stage", entry.lifecycle_stage
    yield "domain", entry.domain
    for remedy in entry.mitigations:
        for trade_off in remedy.trade_offs:
            yield "trade_off", trade_off.dimension
    for name in ("data_domain", "model_family", "deployment_environment", "customer_segment"):
        for term in getattr(entry.dimensions, name):
            yield name, term
