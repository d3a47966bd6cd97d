"""MITRE ATLAS (ATLAS.yaml): techniques become drafts, with the mitigations and case studies that name them.

The data is published by MITRE under the Apache License 2.0: github.com/mitre-atlas/atlas-data
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from workflows.entries.importing import Fault, InvalidCatalog
from workflows.entries.vocabulary import Vocabulary
from workflows.entries.yamlfile import Unreadable, content_of, safe_yaml
from workflows.exchange.sources.records import (
    LINE,
    MAX_SOURCE_BYTES,
    SUMMARY,
    TEXT,
    TO_BE_ASSIGNED,
    Collection,
    Fitting,
    ForeignRecord,
    address,
    first_sentence,
    listed,
    mapped,
    one_line,
    plain,
    slug_of,
)

SOURCE: Final = "MITRE ATLAS"
LICENCE: Final = "Apache-2.0"
SITE: Final = "https://atlas.mitre.org"
# How sure ATLAS is of a technique, in the words of an entry: atlas.mitre.org, "maturity".
CONFIDENCE: Final = {"feasible": "hypothesis", "demonstrated": "reproduced", "realized": "observed"}
DATE_LENGTHS: Final = {"YEAR": 4, "MONTH": 7, "DATE": 10}

Items = Sequence[dict[str, Any]]


def read_atlas(paths: Sequence[Path], vocabulary: Vocabulary) -> Collection:
    """Return the techniques of one ATLAS.yaml; raises InvalidCatalog for a file that is none."""
    path = paths[0]
    try:
        atlas = mapped(safe_yaml(content_of(path, MAX_SOURCE_BYTES)))
    except Unreadable as unreadable:
        raise InvalidCatalog([Fault(path, unreadable.sentence, unreadable.line)]) from None
    matrices = [mapped(matrix) for matrix in listed(atlas.get("matrices"))]
    techniques = _all(matrices, "techniques")
    if len(paths) > 1 or not techniques:
        raise InvalidCatalog([Fault(path, "this is no ATLAS.yaml with matrices and techniques; name that one file.")])
    fitting = Fitting(vocabulary)
    version = one_line(atlas.get("version")) or None
    reading = _Reading(
        fitting, version, _all(matrices, "mitigations"), [mapped(one) for one in listed(atlas.get("case-studies"))]
    )
    records = [reading.record(technique, path) for technique in techniques]
    return Collection(SOURCE, records, version, LICENCE, tuple(fitting.notes))


def _all(matrices: Items, kind: str) -> list[dict[str, Any]]:
    found = [mapped(one) for matrix in matrices for one in listed(matrix.get(kind))]
    return [one for one in found if one.get("id") and one.get("name")]


class _Reading:
    """What the techniques of one file need of the rest of it."""

    def __init__(self, fitting: Fitting, version: str | None, mitigations: Items, studies: Items) -> None:
        self.fitting = fitting
        self.version = version
        self.mitigations = mitigations
        self.studies = studies

    def record(self, technique: Mapping[str, Any], path: Path) -> ForeignRecord:
        atlas_id, name = str(technique["id"]), one_line(technique["name"])
        description = plain(technique.get("description")) or name
        fit = self.fitting
        uri = f"{SITE}/techniques/{atlas_id}"
        fields = {
            "summary": fit.clipped(first_sentence(description), SUMMARY, f"{atlas_id}: summary"),
            "symptom": fit.clipped(description.split("\n\n", maxsplit=1)[0], TEXT, f"{atlas_id}: symptom"),
            "failure_mechanism": fit.clipped(description, TEXT, f"{atlas_id}: description"),
            "cause_category": fit.term("cause_category", "adversary", "adversary", atlas_id),
            "triggers": [{"kind": "adversary"}] if fit.known("trigger", "adversary") else [],
            "domain": fit.term("domain", "security", "security", atlas_id),
            "severity": {"typical": "sev3", "worst_credible": "sev2", "certainty": "guess"},
            "intent": "intentional",
            "abstraction": "variant" if technique.get("subtechnique-of") else "base",
            "confidence": CONFIDENCE.get(str(technique.get("maturity", "")).lower(), "hypothesis"),
            "mitigations": list(self._mitigations(atlas_id)),
            "evidence": [
                {"kind": "standard", "title": f"MITRE ATLAS {atlas_id}", "uri": uri, "supports": "What is described"}
            ],
            "case_studies": list(self._case_studies(atlas_id)),
            "taxonomy_maps": list(self._taxonomy(technique)),
        }
        parent = technique.get("subtechnique-of")
        relations = (("broader", str(parent)),) if parent else ()
        return ForeignRecord(atlas_id, name, fields, path, uri=uri, relations=relations)

    def _taxonomy(self, technique: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        yield {"scheme": SOURCE, "id": str(technique["id"]), "version": self.version}
        for tactic in listed(technique.get("tactics")):
            yield {"scheme": f"{SOURCE} tactic", "id": str(tactic), "version": self.version}
        reference = mapped(technique.get("ATT&CK-reference"))
        if reference.get("id"):
            yield {"scheme": "MITRE ATT&CK", "id": str(reference["id"])}

    def _mitigations(self, atlas_id: str) -> Iterator[dict[str, Any]]:
        for mitigation in self.mitigations:
            for named in listed(mitigation.get("techniques")):
                if (mapped(named).get("id") if isinstance(named, dict) else named) != atlas_id:
                    continue
                what = f"{atlas_id}, {mitigation['id']}"
                use = one_line(mapped(named).get("use"))
                step = use or first_sentence(plain(mitigation.get("description"))) or one_line(mitigation["name"])
                yield {
                    "key": slug_of(str(mitigation["id"])),
                    "title": self.fitting.clipped(one_line(mitigation["name"]), LINE, what),
                    "kind": "prevent",
                    "use": self.fitting.clipped(use, LINE, f"{what}: use") or None,
                    "checklist": [self.fitting.clipped(step, LINE, f"{what}: step")],
                    "owner": TO_BE_ASSIGNED,
                }

    def _case_studies(self, atlas_id: str) -> Iterator[dict[str, Any]]:
        for study in self.studies:
            steps = [mapped(step) for step in listed(study.get("procedure"))]
            told = [plain(step.get("description")) for step in steps if step.get("technique") == atlas_id]
            if told and study.get("id") and study.get("name"):
                yield self._case_study(study, "\n\n".join(one for one in told if one))

    def _case_study(self, study: Mapping[str, Any], told: str) -> dict[str, Any]:
        what = str(study["id"])
        day = str(study.get("incident-date") or "")
        day = day[: DATE_LENGTHS.get(str(study.get("incident-date-granularity")), 10)]
        target = self.fitting.clipped(one_line(study.get("target")), LINE, f"{what}: target")
        summary = plain(study.get("summary")) or one_line(study["name"])
        references = [mapped(one) for one in listed(study.get("references"))]
        return {
            "key": slug_of(what),
            "title": self.fitting.clipped(one_line(study["name"]), LINE, what),
            "type": "exercise" if study.get("case-study-type") == "exercise" else "incident",
            "origin": {"text": target} if target else None,
            "situation": self.fitting.clipped(summary, TEXT, f"{what}: summary"),
            "tried": self.fitting.clipped(told, TEXT, f"{what}: procedure") or None,
            "timeline": [{"when": day, "text": "It happened."}] if day else [],
            "references": [
                {
                    "title": self.fitting.clipped(one_line(one.get("title")) or what, LINE, f"{what}: reference"),
                    "text": "Named as a source by MITRE ATLAS",
                    "uri": address(one.get("url")),
                }
                for one in references
            ],
        }
