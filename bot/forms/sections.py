"""The sections in which an entry is edited, each a short form that saves on its own.

Adding a field of the document to a form is adding its name here; how it is asked for follows from its type (fields.py).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.forms.fields import Field, fields_of, read, shown
from workflows.entries.casestudies import CaseStudy
from workflows.entries.detectors import Detector
from workflows.entries.document import FailureMode
from workflows.entries.mitigations import Mitigation
from workflows.entries.parts import Part
from workflows.entries.vocabulary import Vocabulary
from workflows.errors import NotFound

NEW_ITEM = -1


@dataclass(frozen=True)
class Page:
    """One form: its title on the button, and the names of its fields."""

    name: str
    title: str
    fields: tuple[str, ...]


@dataclass(frozen=True)
class Section:
    """A part of the entry: one page of its own fields, or a list of items with pages each."""

    name: str
    title: str
    intro: str
    pages: tuple[Page, ...]
    items: str = ""
    model: type[Part] = FailureMode

    def page(self, name: str) -> Page:
        """Return the page of this name; raises NotFound for one of an older version."""
        found = next((page for page in self.pages if page.name == name), None)
        if found is None:
            msg = "This form is of an older version; open it again with `/failure edit`."
            raise NotFound(msg)
        return found


def _plain(name: str, title: str, intro: str, *fields: str) -> Section:
    return Section(name, title, intro, (Page("all", title, fields),))


NEW_ENTRY = Page(
    "new", "New entry", ("title", "symptom", "severity.typical", "severity.worst_credible", "cause_category", "domain")
)
NEW_FROM_SEARCH = Page("new", "New entry", (*NEW_ENTRY.fields, "aliases"))  # asks for the words that found nothing too
SECTIONS = (
    _plain(
        "basics", "What it is", "What people see, and how bad it is.",
        "title", "summary", "symptom", "severity.typical", "severity.worst_credible", "severity.rationale", "domain",
    ),
    _plain(
        "words", "How people find it", "The words, error lines and bounds by which it is found and told from others.",
        "aliases", "log_signatures", "applies_when", "not_when", "mapping_use", "abstraction",
    ),
    _plain(
        "causes", "Why it happens", "What was wrong before, what sets it off, and how the two yield the effect.",
        "cause_category", "contributing_causes", "latent_conditions", "triggers", "failure_mechanism",
        "lifecycle_stage",
    ),
    _plain(
        "effects", "What it does", "To whom, and to which figures; or why that is left out.",
        "effects", "business_impact", "left_out",
    ),
    _plain(
        "where", "Where it occurs", "Any is an answer; being specific makes the entry easier to find.",
        "dimensions", "intent",
    ),
    Section(
        "detect", "Signals", "What shows it: metric, comparison, threshold, window.",
        (
            Page(
                "signal", "Signal",
                ("metric", "definition", "comparison", "threshold", "unit", "window", "persistence", "baseline"),
            ),
            Page(
                "tuning", "Automation, tuning",
                (
                    "intervention_threshold", "automated", "segment_by", "tunable", "source", "owner", "last_tested",
                    "last_true_fire", "precision_90d", "key",
                ),
            ),
        ),
        "detectors", Detector,
    ),
    Section(
        "respond", "Mitigations", "What to do, in order; the one that contains comes first.",
        (
            Page("steps", "Steps", ("title", "kind", "owner", "preconditions", "checklist", "stop_if", "use")),
            Page("back", "Time, way back", ("expected_time", "rollback", "fallback")),
            Page("worse", "If it gets worse", ("degraded_mode", "escalation", "communications", "automation")),
            Page(
                "reasons", "Why, proof",
                ("rationale", "trade_offs", "effectiveness", "links", "rollout_test", "rehearsal", "changed_on", "key"),
            ),
        ),
        "mitigations", Mitigation,
    ),
    _plain(
        "neighbours", "What it looks like", "What it leads to or is mistaken for, and the check that tells them apart.",
        "related", "discriminators", "patterns",
    ),
    _plain(
        "evidence", "Evidence", "Where each claim comes from, and what the same thing is called elsewhere.",
        "evidence", "taxonomy_maps",
    ),
    Section(
        "stories", "Case studies", "What happened elsewhere, what was adapted, and what came of it.",
        (
            Page("story", "Story", ("title", "type", "status", "situation", "tried", "adapted", "outcome", "key")),
            Page("contexts", "From where to where", ("origin", "target")),
            Page(
                "record", "Record",
                ("timeline", "metrics", "responsibilities", "factors", "references", "consent", "owner", "written_on"),
            ),
            Page("lessons", "Lessons", ("went_well", "went_wrong", "lucky", "open_questions")),
        ),
        "case_studies", CaseStudy,
    ),
    _plain(
        "practice", "Drills", "How to bring it about on purpose, and how to practise.",
        "reproduction", "exercise",
    ),
    _plain(
        "governance", "Governance, people", "Duties, who may see it, who wrote it, and when it is reviewed.",
        "governance", "visibility", "visible_to", "authors", "confidence", "review_triggers", "review_every",
    ),
)  # fmt: skip


def section_named(name: str) -> Section:
    """Return the section; raises NotFound for one of an older version."""
    found = next((section for section in SECTIONS if section.name == name), None)
    if found is None:
        msg = "This form is of an older version; open it again with `/failure edit`."
        raise NotFound(msg)
    return found


def fields_on(section: Section, page: Page, vocabulary: Vocabulary) -> list[Field]:
    """Return the fields of one page."""
    return fields_of(section.model, page.fields, vocabulary)


def items_of(section: Section, document: FailureMode) -> list[Part]:
    """Return the items that the section lists."""
    found: list[Part] = getattr(document, section.items)
    return found


def part_at(section: Section, document: FailureMode, item: int) -> Part | None:
    """Return what the form is about: the document, one of its items, or None for a new item."""
    if not section.items:
        return document
    items = items_of(section, document)
    return items[item] if 0 <= item < len(items) else None


def values_shown(
    section: Section, page: Page, document: FailureMode, item: int, vocabulary: Vocabulary
) -> dict[str, str]:
    """Return what stands in the form's fields, by path."""
    return shown(part_at(section, document, item), fields_on(section, page, vocabulary))


def changes_from(  # noqa: PLR0917 - a form is all of these
    section: Section, page: Page, document: FailureMode, item: int, answers: Mapping[str, str], vocabulary: Vocabulary
) -> dict[str, Any]:
    """Return the document's changed fields after the form; raises InvalidForm with a sentence by path."""
    part = part_at(section, document, item)
    given = read(fields_on(section, page, vocabulary), answers, part)
    if not section.items:
        return given
    items = [one.model_dump(mode="json") for one in items_of(section, document)]
    if part is None:
        items.append(_named(section, given))
    else:
        items[item] = {**items[item], **given}
    return {section.items: items}


def without_item(section: Section, document: FailureMode, item: int) -> dict[str, Any]:
    """Return the list of the section without one of its items."""
    items = [one.model_dump(mode="json") for one in items_of(section, document)]
    return {section.items: [one for place, one in enumerate(items) if place != item]}


def _named(section: Section, given: dict[str, Any]) -> dict[str, Any]:
    """Give a new case study the key that its title suggests, which people need not invent."""
    if section.model is CaseStudy and not given.get("key"):
        key = re.sub(r"[^a-z0-9]+", "-", str(given.get("title", "")).lower()).strip("-")[:60].strip("-")
        return {**given, "key": key or "case"}
    return given
