"""One entry as a page of Markdown, in the order in which people need it: see, act, go back, call, then learn.

SECTIONS is the page.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

from workflows.entries.casestudies import CaseStudy, Context, Measure
from workflows.entries.detectors import Detector
from workflows.entries.differences import BY_KIND, words
from workflows.entries.document import FailureMode
from workflows.entries.entry import Entry
from workflows.entries.mitigations import DegradedMode, ExpectedTime, Mitigation, Rollback
from workflows.entries.parts import Link
from workflows.exchange.markdown import bullets, inline, link, numbered, paragraphs, table

Addresses = Mapping[str, str]  # where the page of an entry is, by its slug


def entry_page(entry: Entry, addresses: Addresses) -> str:
    """Return the page; entries that have an address are linked."""
    blocks = [f"# {entry.id} {inline(entry.document.title)}"]
    for heading, section in SECTIONS.items():
        content = [block for block in section(entry, addresses) if block]
        if content:
            blocks += [f"## {heading}", *content] if heading else content
    return "\n\n".join(blocks) + "\n"


def _at_a_glance(entry: Entry, _: Addresses) -> Iterator[str]:
    document, severity = entry.document, entry.document.severity
    if document.summary:
        yield paragraphs(document.summary)
    rows = {
        "Severity": f"{severity.typical}, at worst {severity.worst_credible}",
        "First step": document.first_containment_step,
        "Owner of it": document.containment.owner if document.containment else None,
        "Expected time": _expected(document.containment.expected_time) if document.containment else None,
        "Domain": document.domain,
        "Status": entry.status.replace("_", " ") + (f": {entry.status_reason}" if entry.status_reason else ""),
        "Last verified": document.last_verified.isoformat() if document.last_verified else "never",
        "Tags": ", ".join(sorted(document.tags)),
    }
    yield table(("At a glance", ""), [(f"**{name}**", inline(value)) for name, value in rows.items() if value])


def _expected(time: ExpectedTime | None) -> str | None:
    if time is None:
        return None
    return f"contained in {time.contain_p50_min} min (90 %: {time.contain_p90_min} min), {time.basis}"


def _seen(entry: Entry, _: Addresses) -> Iterator[str]:
    document = entry.document
    yield paragraphs(document.symptom)
    if document.aliases:
        yield f"**People say** {', '.join(inline(alias) for alias in document.aliases)}"
    if document.log_signatures:
        yield "**Logs say**"
        yield bullets(f"<code>{inline(signature)}</code>" for signature in document.log_signatures)
    for name in ("applies_when", "not_when"):
        if text := getattr(document, name):
            yield f"**{words(name)}** {inline(text)}"


def _detect(entry: Entry, _: Addresses) -> Iterator[str]:
    if entry.document.detectors:
        head = ("Signal", "Alert", "Automation acts", "Over", "Owner")
        yield table(head, [_detector(one) for one in entry.document.detectors])
    for detector in entry.document.detectors:
        for one in detector.tunable:
            around = f" (range {inline(one.range)})" if one.range else ""
            yield f"Tune **{inline(one.param)}** of {inline(detector.metric)}: {inline(one.why)}{around}"


def _detector(one: Detector) -> tuple[str, ...]:
    thresholds = one.threshold if isinstance(one.threshold, list) else [one.threshold]
    threshold = " to ".join(f"{value:g}" if isinstance(value, float) else str(value) for value in thresholds)
    acts = "" if one.intervention_threshold is None else f"{one.intervention_threshold:g}"
    alert = f"{one.comparison} {threshold} {one.unit or ''}"
    return inline(one.metric), inline(alert), acts, inline(one.window), inline(one.owner or "")


def _mitigate(entry: Entry, _: Addresses) -> Iterator[str]:
    for remedy in entry.document.mitigations:
        yield f"### {BY_KIND[remedy.kind]}: {inline(remedy.title)}"
        yield from _remedy(remedy)


def _remedy(remedy: Mitigation) -> Iterator[str]:
    yield numbered(inline(step) for step in remedy.checklist)
    yield f"**Owner** {inline(remedy.owner)}"
    named = {"Before you start": remedy.preconditions, "Stop if": remedy.stop_if}
    for name, lines in named.items():
        if lines:
            yield f"**{name}**"
            yield bullets(inline(line) for line in lines)
    if remedy.trade_offs:
        yield "**What it costs**"
        yield bullets(f"{inline(one.dimension)}: {inline(one.text)}" for one in remedy.trade_offs)
    if remedy.rationale:
        yield f"**Why this** {inline(remedy.rationale.decision)}"
    if remedy.rollout_test:
        yield f"**Try it first** in {inline(remedy.rollout_test.environment)}"
        yield numbered(inline(step) for step in remedy.rollout_test.steps)
        yield f"It passes when: {inline(remedy.rollout_test.pass_when)}"
    for links in (remedy.links.tests, remedy.links.data_quality_rules, remedy.links.governance_policies):
        yield bullets(_link(one) for one in links)


def _link(one: Link) -> str:
    return f"{link(one.title, one.uri)}: {inline(one.text)}"


def _roll_back(entry: Entry, _: Addresses) -> Iterator[str]:
    for remedy in entry.document.mitigations:
        if remedy.rollback is None and remedy.fallback is None and remedy.degraded_mode is None:
            continue
        yield f"### {inline(remedy.title)}"
        if remedy.rollback:
            yield from _way_back(remedy.rollback)
        if remedy.fallback:
            yield f"**If that does not help** {inline(remedy.fallback)}"
        if remedy.degraded_mode:
            yield from _degraded(remedy.degraded_mode)


def _way_back(rollback: Rollback) -> Iterator[str]:
    yield ("" if rollback.possible else "**There is no way back.** ") + paragraphs(rollback.text)
    yield numbered(inline(step) for step in rollback.steps)
    if rollback.estimated_min is not None:
        yield f"**Takes** {rollback.estimated_min} min"
    for name in ("data_consequences", "point_of_no_return"):
        if text := getattr(rollback, name):
            yield f"**{words(name)}** {inline(text)}"


def _degraded(mode: DegradedMode) -> Iterator[str]:
    yield "**Running on less**"
    said = [(words(name), getattr(mode, name)) for name in type(mode).model_fields]
    yield bullets(f"{name}: {inline(str(value))}" for name, value in said if value is not None)


def _escalate(entry: Entry, _: Addresses) -> Iterator[str]:
    for remedy in entry.document.mitigations:
        if remedy.escalation:
            rows = [(f"{one.after_min} min", inline(one.to), inline(one.channel or "")) for one in remedy.escalation]
            yield table(("Without success after", "Ask", "Where"), rows)
        if remedy.communications:
            yield f"**Tell** {inline(remedy.communications)}"


def _why(entry: Entry, _: Addresses) -> Iterator[str]:
    document = entry.document
    if document.failure_mechanism:
        yield paragraphs(document.failure_mechanism)
    listed = {
        "What was wrong before": [f"{inline(one.text)} ({one.certainty})" for one in document.latent_conditions],
        "What sets it off": [f"{inline(one.kind)}: {inline(one.text or '')}" for one in document.triggers],
        "What it does": [f"{inline(one.category)}: {inline(one.text or '')}" for one in document.effects],
    }
    for name, items in listed.items():
        if items:
            yield f"**{name}**"
            yield bullets(items)
    if document.severity.rationale:
        yield f"**Why this severity** {inline(document.severity.rationale)}"


def _related(entry: Entry, addresses: Addresses) -> Iterator[str]:
    document = entry.document
    yield bullets(
        f"{inline(one.type)}: {link(one.slug, addresses.get(one.slug))}{_behind(one.text)}" for one in document.related
    )
    if document.discriminators:
        rows = [
            (link(one.confusable, addresses.get(one.confusable)), inline(one.check), inline(one.result))
            for one in document.discriminators
        ]
        yield table(("Looks like", "Check", "What the result means"), rows)


def _behind(text: str | None) -> str:
    return f", {inline(text)}" if text else ""


def _evidence(entry: Entry, _: Addresses) -> Iterator[str]:
    yield bullets(f"{link(one.title, one.uri)}: {inline(one.supports)}" for one in entry.document.evidence)


def _case_studies(entry: Entry, _: Addresses) -> Iterator[str]:
    for study in entry.document.case_studies:
        yield f"### {inline(study.title)}"
        yield from _study(study)


def _study(study: CaseStudy) -> Iterator[str]:
    told = {"Situation": study.situation, "Tried": study.tried, "Adapted": study.adapted, "Outcome": study.outcome}
    for name, text in told.items():
        if text:
            yield f"**{name}** {inline(text)}"
    places = {"It happened in": study.origin, "It was used in": study.target}
    yield bullets(f"{name}: {_context(context)}" for name, context in places.items() if context)
    yield bullets(f"{inline(point.when)}: {inline(point.text)}" for point in study.timeline)
    yield bullets(_measure(one) for one in study.metrics)
    learned = {"Went well": study.went_well, "Went wrong": study.went_wrong, "Lucky": study.lucky}
    for name, lines in learned.items():
        if lines:
            yield f"**{name}**"
            yield bullets(inline(line) for line in lines)
    yield bullets(_link(one) for one in study.references)


def _context(context: Context) -> str:
    return inline(context.text)


def _measure(one: Measure) -> str:
    before, after = ("unknown" if value is None else f"{value:g}" for value in (one.before, one.after))
    return f"{inline(one.name)}: {before} to {after} {inline(one.unit)} ({one.basis})"


def _about(entry: Entry, _: Addresses) -> Iterator[str]:
    document = entry.document
    facts: list[tuple[str, str | None]] = [
        ("Written by", _names(author.discipline for author in document.authors)),
        ("With", _names(document.contributors)),
        ("Also known as", _names(f"{one.scheme} {one.id} {one.version or ''}" for one in document.taxonomy_maps)),
        ("Comes from", _origin(document)),
    ]
    yield bullets(f"**{name}** {value}" for name, value in facts if value)


def _names(names: Iterable[str]) -> str:
    return ", ".join(inline(name) for name in names)


def _origin(document: FailureMode) -> str | None:
    origin = document.origin
    if origin is None:
        return None
    version = f", version {inline(origin.version)}" if origin.version else ""
    licence = f", licence {inline(origin.licence)}" if origin.licence else ""
    return f"{link(f'{origin.source} {origin.id}', origin.uri)}{version}{licence}"


SECTIONS: Final[Mapping[str, Callable[[Entry, Addresses], Iterator[str]]]] = {
    "": _at_a_glance,
    "What people see": _seen,
    "Detect": _detect,
    "Mitigate": _mitigate,
    "Roll back": _roll_back,
    "Escalate": _escalate,
    "Why it happens": _why,
    "Related": _related,
    "Evidence": _evidence,
    "Case studies": _case_studies,
    "About this entry": _about,
}
