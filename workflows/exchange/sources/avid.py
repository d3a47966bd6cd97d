"""AVID, the AI Vulnerability Database: vulnerabilities and reports in JSON become drafts.

The data is published under the MIT License, copyright AI Vulnerability Database (AVID): github.com/avidml/avid-db
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from workflows.entries.importing import Fault, InvalidCatalog
from workflows.entries.vocabulary import Vocabulary
from workflows.entries.yamlfile import Unreadable, text_of
from workflows.exchange.sources.records import (
    LINE,
    SUMMARY,
    TEXT,
    Collection,
    Fitting,
    ForeignRecord,
    address,
    content_or_fault,
    files_in,
    first_sentence,
    listed,
    mapped,
    one_line,
    plain,
)

SOURCE: Final = "AVID"
LICENCE: Final = "MIT"
DATABASE: Final = "https://avidml.org/database"
SEVERITIES: Final = {"CRITICAL": "sev1", "HIGH": "sev2", "MEDIUM": "sev3", "LOW": "sev4"}
UNJUDGED: Final = {"typical": "sev3", "worst_credible": "sev2", "certainty": "guess"}
# AVID's risk domains and lifecycle stages in the terms of the pilot vocabulary; the first domain of a record decides.
DOMAINS: Final = {"Security": "security", "Ethics": "training", "Performance": "training"}
CAUSES: Final = {"Security": "adversary", "Ethics": "evaluation-gap", "Performance": "evaluation-gap"}
EFFECTS: Final = {"Ethics": "subgroup-harm", "Performance": "wrong-predictions"}
STAGES: Final = {
    "L01": "problem-framing",
    "L02": "data-ingest",
    "L03": "data-ingest",
    "L04": "training",
    "L05": "evaluation",
    "L06": "deployment",
}


def read_avid(paths: Sequence[Path], vocabulary: Vocabulary) -> Collection:
    """Return the records of AVID files, or of the JSON files in a folder; raises InvalidCatalog naming every fault."""
    fitting = Fitting(vocabulary)
    faults: list[Fault] = []
    records: list[ForeignRecord] = []
    for path in files_in(paths, ".json"):
        try:
            read = [_record(mapped(one), path, fitting) for one in _documents(path)]
        except Unreadable as unreadable:
            faults.append(Fault(path, unreadable.sentence, unreadable.line))
            continue
        records += read
    if faults:
        raise InvalidCatalog(faults)
    versions = sorted({str(record.fields["taxonomy_maps"][0]["version"] or "") for record in records} - {""})
    return Collection(SOURCE, records, ", ".join(versions) or None, LICENCE, tuple(fitting.notes))


def _documents(path: Path) -> list[Any]:
    content = content_or_fault(path)
    if isinstance(content, Fault):
        raise Unreadable(content.sentence, content.line)
    try:
        found = json.loads(text_of(content), parse_constant=_refuse)
    except json.JSONDecodeError as broken:
        raise Unreadable(f"this is not readable as JSON: {broken.msg}.", broken.lineno) from None
    except (RecursionError, ValueError) as broken:
        raise Unreadable(f"this is not readable as JSON: {broken}.") from None
    return found if isinstance(found, list) else [found]


def _refuse(constant: str) -> None:
    msg = f"{constant} is no JSON"
    raise ValueError(msg)


def _record(document: Mapping[str, Any], path: Path, fit: Fitting) -> ForeignRecord:
    metadata = mapped(document.get("metadata"))
    avid_id = str(metadata.get("vuln_id") or metadata.get("report_id") or "")
    if document.get("data_type") != "AVID" or not avid_id:
        raise Unreadable("this is no AVID record: data_type AVID and metadata with vuln_id or report_id are missing.")
    problem = mapped(document.get("problemtype"))
    title = _value(problem.get("description")) or avid_id
    text = _value(document.get("description")) or title
    impact = mapped(document.get("impact"))
    avid = mapped(impact.get("avid"))
    risk = next((str(one) for one in listed(avid.get("risk_domain"))), "")
    stage = next((STAGES.get(named) for named, _ in _views(avid.get("lifecycle_view")) if named in STAGES), None)
    effect = fit.known("effect_category", EFFECTS.get(risk))
    fields = {
        "summary": fit.clipped(first_sentence(text), SUMMARY, f"{avid_id}: summary"),
        "symptom": fit.clipped(text, TEXT, f"{avid_id}: description"),
        "cause_category": fit.term("cause_category", CAUSES.get(risk), "evaluation-gap", avid_id),
        "effects": [{"category": effect, "certainty": "guess"}] if effect else [],
        "domain": fit.term("domain", DOMAINS.get(risk), "security", avid_id),
        "severity": _severity(impact),
        "lifecycle_stage": fit.known("lifecycle_stage", stage),
        "intent": "intentional" if risk == "Security" else "unintentional",
        "confidence": "observed" if "report_id" in metadata else "hypothesis",
        "applies_when": fit.clipped(_affected(document), TEXT, f"{avid_id}: affects") or None,
        "evidence": list(_evidence(document, fit, avid_id)),
        "taxonomy_maps": list(_taxonomy(document, avid_id)),
    }
    return ForeignRecord(avid_id, one_line(title), fields, path, uri=f"{DATABASE}/{avid_id.lower()}/")


def _value(described: Any) -> str:
    return plain(mapped(described).get("value"))


def _views(views: Any) -> Iterator[tuple[str, str]]:
    """Yield id and name of a taxonomy's view, written as `{id, name}` or as `S0100: Software Vulnerability`."""
    for view in listed(views):
        if isinstance(view, dict) and view.get("id"):
            yield str(view["id"]), str(view.get("name") or view.get("stage") or "")
        elif isinstance(view, str) and view.strip():
            named, _, name = view.partition(":")
            yield named.strip(), name.strip()


def _severity(impact: Mapping[str, Any]) -> dict[str, str]:
    scores = impact.get("cvss")
    for score in [scores, *listed(scores)]:
        level = SEVERITIES.get(str(mapped(score).get("baseSeverity", "")).upper())
        if level:
            return {"typical": level, "worst_credible": level, "certainty": "guess"}
    return UNJUDGED


def _affected(document: Mapping[str, Any]) -> str:
    affects = mapped(document.get("affects"))
    artifacts = [mapped(one) for name in ("artifact", "artifacts") for one in listed(affects.get(name))]
    names = ", ".join(one_line(one.get("name")) for one in artifacts if one.get("name"))
    makers = ", ".join(one_line(one) for name in ("developer", "deployer") for one in listed(affects.get(name)))
    return f"Observed in {names}{f' of {makers}' if makers else ''}." if names else ""


def _evidence(document: Mapping[str, Any], fit: Fitting, avid_id: str) -> Iterator[dict[str, Any]]:
    for reference in (mapped(one) for one in listed(document.get("references"))):
        title = one_line(reference.get("label")) or avid_id
        yield {
            "kind": "documentation",
            "title": fit.clipped(title, LINE, f"{avid_id}: reference"),
            "uri": address(reference.get("url")),
            "supports": "Named as a reference by AVID",
        }


def _taxonomy(document: Mapping[str, Any], avid_id: str) -> Iterator[dict[str, Any]]:
    impact = mapped(document.get("impact"))
    avid = mapped(impact.get("avid"))
    yield {"scheme": SOURCE, "id": avid_id, "version": _version(document.get("data_version"))}
    for named, _ in (*_views(avid.get("sep_view")), *_views(avid.get("lifecycle_view"))):
        yield {"scheme": "AVID taxonomy", "id": named, "version": _version(avid.get("taxonomy_version"))}
    for weakness in (mapped(one) for one in listed(impact.get("cwe"))):
        if weakness.get("cweId"):
            yield {"scheme": "CWE", "id": str(weakness["cweId"])}


def _version(value: Any) -> str | None:
    return one_line(value) or None
