"""Checks of what the authors judged: severity, cause, stage, terms and how the entry may be suggested."""

from collections.abc import Iterator, Mapping
from typing import Final

import re2
from rapidfuzz import process

from workflows.entries.document import FailureMode
from workflows.entries.vocabulary import VOCABULARY_FILE, terms_of
from workflows.quality.findings import Flaw
from workflows.quality.surroundings import Surroundings

# Where a condition of this cause is hardly ever introduced. A stage that is not listed is plausible.
UNLIKELY_STAGES: Final[Mapping[str, frozenset[str]]] = {
    "data-distribution": frozenset({"deployment"}),
    "data-labels": frozenset({"deployment", "serving"}),
    "data-pipeline": frozenset({"problem-framing"}),
    "leakage": frozenset({"deployment", "serving", "operation"}),
    "training-procedure": frozenset({"problem-framing", "data-ingest", "serving", "operation"}),
    "evaluation-gap": frozenset({"data-ingest"}),
    "objective-design": frozenset({"data-ingest", "deployment", "serving"}),
    "serving-code": frozenset({"problem-framing", "data-ingest", "training"}),
    "config-change": frozenset({"problem-framing"}),
    "capacity": frozenset({"problem-framing"}),
    "hardware-driver": frozenset({"problem-framing"}),
    "scheduling": frozenset({"problem-framing"}),
    "third-party-dependency": frozenset({"problem-framing"}),
    "llm-instruction": frozenset({"data-ingest", "training"}),
    "agent-control": frozenset({"data-ingest", "training"}),
    "experiment-design": frozenset({"data-ingest", "training", "serving"}),
}


def severity_upside_down(entry: FailureMode, _: Surroundings) -> Iterator[Flaw]:
    """Find a typical severity that is worse than the worst credible one."""
    severity = entry.severity
    if severity.typical < severity.worst_credible:  # sev1 is the worst and sorts first
        yield Flaw(
            "severity.worst_credible",
            f"The typical severity {severity.typical} is worse than the worst credible {severity.worst_credible}; raise"
            " the worst credible one or lower the typical one.",
        )


def unknown_term(entry: FailureMode, surroundings: Surroundings) -> Iterator[Flaw]:
    """Find terms that the vocabulary does not have."""
    for place, name, term in terms_of(entry):
        known = surroundings.vocabulary.terms.get(name, {})
        if term not in known:
            near = f"; near it are {', '.join(found)}" if (found := _near(term, known)) else ""
            yield Flaw(place, f"{name} has no term “{term}”{near}. Use one of {VOCABULARY_FILE}, or have it added.")


def unlikely_stage(entry: FailureMode, _: Surroundings) -> Iterator[Flaw]:
    """Find causes that are hardly ever introduced in the stage named."""
    if entry.lifecycle_stage in UNLIKELY_STAGES.get(entry.cause_category, frozenset()):
        yield Flaw(
            "lifecycle_stage",
            f"A condition of cause {entry.cause_category} is hardly ever introduced in {entry.lifecycle_stage}; check"
            " that the stage says where it was introduced, not where it is seen, or choose another cause.",
        )


def vague_but_suggested(entry: FailureMode, _: Surroundings) -> Iterator[Flaw]:
    """Find classes of failure that would be suggested as if they were a failure mode."""
    if entry.abstraction == "class" and entry.mapping_use == "allowed":
        yield Flaw(
            "mapping_use",
            "A class is too wide to be suggested in an incident; set mapping_use to discouraged, or narrow the entry.",
        )


def invisible(entry: FailureMode, _: Surroundings) -> Iterator[Flaw]:
    """Find entries for a group that name no group."""
    if entry.visibility == "group" and not entry.visible_to:
        yield Flaw("visible_to", "Only a group may see this entry and none is named; name the disciplines that may.")


def unusable_signature(entry: FailureMode, _: Surroundings) -> Iterator[Flaw]:
    """Find log signatures that RE2, which runs them in linear time, does not take."""
    options = re2.Options()
    options.log_errors = False
    for place, signature in enumerate(entry.log_signatures):
        try:
            pattern = re2.compile(signature, options)
        except re2.error as unusable:
            reason = unusable.args[0].decode() if isinstance(unusable.args[0], bytes) else unusable
            yield Flaw(f"log_signatures.{place}", f"RE2 cannot use “{signature}”: {reason}; write it without that.")
            continue
        if pattern.search(""):
            yield Flaw(f"log_signatures.{place}", f"“{signature}” matches every line; name what a log really prints.")


def _near(term: str, known: Mapping[str, str]) -> list[str]:
    return [found for found, _, _ in process.extract(term, known.keys(), score_cutoff=75, limit=2)]
