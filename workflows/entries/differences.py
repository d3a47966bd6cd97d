"""What differs between two documents of an entry, field by field, in words that people read."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from textwrap import shorten
from typing import Any, Final

from rapidfuzz.fuzz import ratio

from workflows.entries.casestudies import CaseStudy, Measure, Responsibility, TimelinePoint
from workflows.entries.detectors import Detector, Tunable
from workflows.entries.document import (
    Author,
    BusinessImpact,
    Discriminator,
    Effect,
    Evidence,
    FailureMode,
    LatentCondition,
    LeftOut,
    PatternUse,
    Relation,
    TaxonomyMap,
    Trigger,
)
from workflows.entries.mitigations import EscalationStep, Mitigation, TradeOff
from workflows.entries.parts import Link, Part

# What makes two items of a list the same item although something else in them changed. Prose may be reworded, so items
# named by it are also matched where they are merely alike; a term means another thing when it changes.
NAMED_BY_PROSE: Final[Mapping[type[Part], str]] = {
    BusinessImpact: "kpi",
    CaseStudy: "title",
    Detector: "metric",
    EscalationStep: "to",
    Evidence: "title",
    LatentCondition: "text",
    Link: "title",
    Measure: "name",
    Mitigation: "title",
    Responsibility: "role",
    TimelinePoint: "when",
    Tunable: "param",
}
NAMED_BY_TERM: Final[Mapping[type[Part], str]] = {
    Author: "discipline",
    Discriminator: "confusable",
    Effect: "category",
    LeftOut: "part",
    PatternUse: "pattern",
    Relation: "slug",
    TaxonomyMap: "id",
    TradeOff: "dimension",
    Trigger: "kind",
}
NAMED_BY: Final = {**NAMED_BY_PROSE, **NAMED_BY_TERM}

ALIKE: Final = 60.0  # of 100, by rapidfuzz; a reworded sentence stays above, another sentence below
LABEL_LENGTH: Final = 60
BY_KIND: Final = {
    "contain": "Containing mitigation",
    "correct": "Correcting mitigation",
    "recover": "Recovering mitigation",
    "prevent": "Preventing mitigation",
    "detect": "Detecting mitigation",
}
NOUNS: Final = {
    "authors": "Author",
    "business_impact": "Business impact",
    "case_studies": "Case study",
    "checklist": "Step",
    "detectors": "Detector",
    "discriminators": "Discriminator",
    "effects": "Effect",
    "escalation": "Escalation",
    "evidence": "Evidence",
    "latent_conditions": "Latent condition",
    "left_out": "Left out",
    "metrics": "Figure",
    "patterns": "Pattern",
    "references": "Reference",
    "related": "Related entry",
    "responsibilities": "Responsibility",
    "steps": "Step",
    "taxonomy_maps": "In other catalogs",
    "timeline": "Timeline",
    "trade_offs": "Trade-off",
    "triggers": "Trigger",
    "tunable": "Tunable",
}
WORDS: Final = {
    "after_min": "After minutes",
    "checklist": "Steps",
    "confusable": "Looks like",
    "contain_p50_min": "Minutes until contained, median",
    "contain_p90_min": "Minutes until contained, 90th percentile",
    "last_verified": "Last verified",
    "precision_90d": "Precision over 90 days",
    "related": "Related entries",
    "restore_p50_min": "Minutes until restored, median",
    "restore_p90_min": "Minutes until restored, 90th percentile",
    "trade_offs": "Trade-offs",
    "uri": "Address",
}
UNTOLD: Final = frozenset({"schema_version"})


@dataclass(frozen=True)
class Difference:
    """One change: `before` is None where something was added, `after` is None where it was taken away.

    `path` is where it stands in the newer document (`mitigations.0.rollback.text`), or, for what is gone, where it
    stood in the older one.
    """

    path: str
    label: str
    before: str | None
    after: str | None


def differences(before: FailureMode | None, after: FailureMode) -> list[Difference]:
    """Return what changed, in the order of the document; for a new entry (`before` is None) everything it says."""
    found = _of_parts(_Place("", ""), before, after)
    return list(found) if before is not None else [replace(one, before=None) for one in found]


@dataclass(frozen=True)
class _Place:
    """A place in the document, for machines and for people."""

    path: str
    label: str

    def field(self, name: str) -> "_Place":
        return _Place(f"{self.path}.{name}".strip("."), _joined(self.label, words(name)))

    def item(self, at: int, label: str) -> "_Place":
        """Return the place of a list's item, whose label takes that of the whole list's place."""
        return _Place(f"{self.path}.{at}", _joined(self.label.rpartition(" › ")[0], label))


def _joined(*labels: str) -> str:
    return " › ".join(label for label in labels if label)


def words(name: str) -> str:
    """Return what people call a field."""
    return WORDS.get(name) or name.replace("_", " ").capitalize()


def _of_parts(place: _Place, before: Part | None, after: Part) -> Iterator[Difference]:
    for name, field in type(after).model_fields.items():
        if name in UNTOLD:
            continue
        unsaid = None if field.is_required() else field.get_default(call_default_factory=True)
        value = getattr(before, name) if before is not None else unsaid
        # A part's own text needs no name of its own: Rollback, not Rollback and then Text.
        inner = replace(place.field(name), label=place.label) if name == "text" else place.field(name)
        yield from _of_values(inner, value, getattr(after, name))


def _of_values(place: _Place, before: Any, after: Any) -> Iterator[Difference]:
    if before == after:
        return
    if _is_itemised(before) and _is_itemised(after):
        yield from _of_lists(place, before or [], after or [])
    elif isinstance(before, Part) and type(before) is type(after):
        yield from _of_parts(place, before, after)
    else:
        yield Difference(place.path, place.label, told(before), told(after))


def _is_itemised(value: Any) -> bool:
    """Return whether the value is a list whose items change one by one; a range of numbers is one value."""
    return value is None or (isinstance(value, list) and all(isinstance(item, Part | str) for item in value))


def _of_lists(place: _Place, before: Sequence[Any], after: Sequence[Any]) -> Iterator[Difference]:
    pairs = paired(before, after)
    was = {new: old for old, new in pairs}
    gone = sorted(set(range(len(before))) - {old for old, _ in pairs})
    stayed = [old for old, _ in sorted(pairs, key=lambda pair: pair[1])]
    if stayed != sorted(stayed):
        order = replace(place, label=f"{place.label} › Order")
        yield Difference(order.path, order.label, _names(before, sorted(stayed)), _names(before, stayed))
    for old in gone:
        yield Difference(*_item(place, before, old), told(before[old]), None)
    for new, item in enumerate(after):
        path, label = _item(place, after, new)
        if new not in was:
            yield Difference(path, label, None, told(item))
        elif isinstance(item, Part):
            yield from _of_parts(_Place(path, label), before[was[new]], item)
        elif item != before[was[new]]:
            yield Difference(path, label, before[was[new]], item)


def paired(before: Sequence[Any], after: Sequence[Any]) -> list[tuple[int, int]]:
    """Return which old item each new one is: itself first, then the one of its name, then the one most like it."""
    pairs: list[tuple[int, int]] = []
    old, new = dict(enumerate(before)), dict(enumerate(after))
    for is_same in (lambda one, other: one == other, _has_same_key, _has_same_name, _is_alike):
        for place, item in list(new.items()):
            match = next((at for at, candidate in old.items() if is_same(candidate, item)), None)
            if match is not None:
                pairs.append((match, place))
                del old[match], new[place]
    return pairs


def _has_same_key(one: Any, other: Any) -> bool:
    key = getattr(one, "key", None)
    return key is not None and key == getattr(other, "key", None)


def _has_same_name(one: Any, other: Any) -> bool:
    return isinstance(one, Part) and type(one) is type(other) and name_of(one) == name_of(other)


def _is_alike(one: Any, other: Any) -> bool:
    if isinstance(one, str) and isinstance(other, str):
        return ratio(one, other) >= ALIKE
    if type(one) is not type(other) or type(one) not in NAMED_BY_PROSE:
        return False
    if ratio(name_of(one), name_of(other)) >= ALIKE:
        return True
    said = one.model_fields_set | other.model_fields_set
    return 2 * len([name for name in said if getattr(one, name) == getattr(other, name)]) > len(said)


def name_of(item: Part | str) -> str:
    """Return the words by which people know an item of a list."""
    if isinstance(item, str):
        return item
    field = NAMED_BY.get(type(item))
    return str(getattr(item, field)) if field else ""


def _names(items: Sequence[Any], order: Sequence[int]) -> str:
    return "; ".join(name_of(items[at]) for at in order)


def _item(place: _Place, items: Sequence[Any], at: int) -> tuple[str, str]:
    """Return the path of the item and its label, with its name where its noun alone would not tell which one it is."""
    item = items[at]
    field = place.path.rpartition(".")[2]
    noun = NOUNS.get(field, words(field))
    if isinstance(item, str):
        label = f"{noun} {at + 1}" if noun == "Step" else noun
    elif isinstance(item, Mitigation):
        label = BY_KIND[item.kind]
        if sum(other.kind == item.kind for other in items) > 1:
            label += f" “{item.title}”"
    else:
        label = f"{noun} “{shorten(name_of(item), LABEL_LENGTH, placeholder='…')}”"
    inner = place.item(at, label)
    return inner.path, inner.label


def told(value: Any) -> str | None:
    """Return a value as people read it, a whole part with a line for everything it says; None for nothing."""
    if value is None or value == []:
        return None
    if isinstance(value, Part):
        return "\n".join(_lines(value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(told(item) or "" for item in value)
    return value.isoformat() if isinstance(value, date) else f"{value}"


def _lines(part: Part) -> Iterator[str]:
    for name, field in type(part).model_fields.items():
        value = getattr(part, name)
        if not field.is_required() and value == field.get_default(call_default_factory=True):
            continue
        if isinstance(value, list) and value and all(isinstance(item, Part | str) for item in value):
            yield f"{words(name)}:"
            for item in value:
                yield "  - " + (told(item) or "").replace("\n", "\n    ")
        elif isinstance(value, Part):
            yield f"{words(name)}:"
            yield from (f"  {line}" for line in _lines(value))
        else:
            yield f"{words(name)}: {told(value) or 'nothing'}"
