"""Markdown post-mortems with front matter, in the layout of the public collection github.com/icco/postmortems.

    uuid, url, start_time, end_time, categories, company, product, keywords; below it what happened, in Markdown

The collection names no licence, so none is noted: a draft made from it is a lead to a source, to be written anew.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final

from frontmatter.default_handlers import YAMLHandler

from workflows.entries.importing import Fault, InvalidCatalog
from workflows.entries.vocabulary import Vocabulary
from workflows.entries.yamlfile import Unreadable, safe_yaml, text_of
from workflows.exchange.sources.records import (
    LINE,
    SUMMARY,
    TEXT,
    TITLE,
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

SOURCE: Final = "postmortems"
# Categories of the collection as causes of the pilot vocabulary; the first that is known here decides.
CAUSES: Final = {
    "automation": "serving-code",
    "cascading-failure": "capacity",
    "cloud": "third-party-dependency",
    "config-change": "config-change",
    "hardware": "hardware-driver",
    "security": "adversary",
    "time": "scheduling",
}
DEFAULT_CAUSE: Final = "observability-gap"


def read_postmortems(paths: Sequence[Path], vocabulary: Vocabulary) -> Collection:
    """Return the post-mortems of files or folders; raises InvalidCatalog naming every fault with its line."""
    fitting = Fitting(vocabulary)
    faults: list[Fault] = []
    records: list[ForeignRecord] = []
    for path in files_in(paths, ".md"):
        content = content_or_fault(path)
        try:
            found = None if isinstance(content, Fault) else _parted(content)
        except Unreadable as unreadable:
            faults.append(Fault(path, unreadable.sentence, unreadable.line))
            continue
        if isinstance(content, Fault):
            faults.append(content)
        elif found is None:
            fitting.notes.append(f"{path.name} has no front matter and was left out")
        else:
            records.append(_record(path, *found, fitting))
    if faults:
        raise InvalidCatalog(faults)
    return Collection(SOURCE, records, notes=tuple(fitting.notes))


def _parted(content: bytes) -> tuple[Mapping[str, Any], str] | None:
    """Return front matter and text, or None for a file without front matter; raises Unreadable."""
    text = text_of(content)
    handler = YAMLHandler()
    if not handler.detect(text):
        return None
    try:
        head, body = handler.split(text)
    except ValueError:
        raise Unreadable("the front matter has no end; close it with a line of three dashes.") from None
    try:
        return mapped(safe_yaml(head.encode())), body
    except Unreadable as unreadable:
        above = text.count("\n", 0, text.index(head))
        raise Unreadable(unreadable.sentence, above + unreadable.line) from None


def _record(path: Path, head: Mapping[str, Any], body: str, fit: Fitting) -> ForeignRecord:
    named = str(head.get("uuid") or path.stem)
    text = plain(body) or path.stem
    where = " ".join(one_line(head.get(name)) for name in ("company", "product") if head.get(name))
    uri = address(head.get("url"))
    title = first_sentence(text)
    categories = [str(one) for one in listed(head.get("categories"))]
    cause = next((CAUSES[one] for one in categories if fit.known("cause_category", CAUSES.get(one))), None)
    study = {
        "key": "what-happened",
        "title": fit.clipped(f"{where}: {title}" if where else title, LINE, f"{named}: title"),
        "type": "incident",
        "origin": {"text": fit.clipped(where, LINE, f"{named}: company")} if where else None,
        "situation": fit.clipped(text, TEXT, f"{named}: text"),
        "timeline": [
            {"when": when, "text": told}
            for name, told in (("start_time", "It began."), ("end_time", "It was over."))
            if (when := _moment(head.get(name)))
        ],
    }
    fields = {
        "summary": fit.clipped(title, SUMMARY, f"{named}: summary"),
        "symptom": fit.clipped(text, TEXT, f"{named}: text"),
        "aliases": list(dict.fromkeys(one_line(one)[:LINE] for one in listed(head.get("keywords")) if one))[:30],
        "cause_category": fit.term("cause_category", cause, DEFAULT_CAUSE, named),
        "domain": fit.term("domain", None, "platform", named),
        "severity": {"typical": "sev2", "worst_credible": "sev1", "certainty": "guess"},
        "confidence": "observed",
        "evidence": [{"kind": "postmortem", "title": study["title"], "uri": uri, "supports": "What happened"}],
        "case_studies": [study],
    }
    return ForeignRecord(named, title[: TITLE * 4], fields, path, uri=uri)


def _moment(value: Any) -> str | None:
    """Return the day; the collection writes times in many ways, and the day is what they share."""
    if isinstance(value, date):
        return value.isoformat()[:10]
    try:
        return date.fromisoformat(str(value)[:10]).isoformat()
    except ValueError:
        return None
