"""An opened entry: what matters at a glance, and behind one button each, what to do, how to undo it, and the rest."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from bot import ids
from bot.blocks.editing import STEP_LABELS, bar
from bot.blocks.elements import (
    Block,
    actions,
    bullets,
    button,
    clip,
    context,
    divider,
    escape,
    header,
    link,
    markdown,
    modal,
    person,
    section,
    sections,
)
from bot.blocks.entries import SEVERITY_MARK, SHORT, last_verified, owner
from bot.blocks.occurrences import told_case
from workflows.entries.casestudies import CaseStudy, Context
from workflows.entries.detectors import Detector
from workflows.entries.document import Evidence, FailureMode
from workflows.entries.mitigations import DegradedMode, ExpectedTime, Mitigation
from workflows.entries.sheets import Sheet

PRIORITY = {"H": "high", "M": "medium", "L": "low"}
MAX_OCCURRENCES = 10
COMPARED = {
    "gt": ">", "gte": "≥", "lt": "<", "lte": "≤", "eq": "=", "neq": "≠", "abs_gt": "absolute value >",
    "ratio_gt": "ratio >", "ratio_lt": "ratio <", "ratio_outside": "ratio outside", "pct_change_gt": "change in % >",
    "pct_change_lt": "change in % <", "abs_change_gt": "change >", "abs_change_lt": "change <",
    "absent_for": "absent for",
}  # fmt: skip


def opened_entry(sheet: Sheet, tab: str = "overview") -> Block:
    """Return the modal of an opened entry on one of its tabs."""
    entry = sheet.entry
    blocks = [
        header(entry.document.title),
        _at_a_glance(sheet),
        *_banners(sheet),
        _tabs(sheet, tab),
        divider(),
        *TABS.get(tab, TABS["overview"])[1](sheet),
        divider(),
        _deeds(sheet, tab),
    ]
    return modal(entry.id, blocks, private_metadata=entry.id)


def _at_a_glance(sheet: Sheet) -> Block:
    entry, judged = sheet.entry, sheet.assessment
    severity = entry.document.severity
    impact = entry.document.business_impact
    moved = f"{impact[0].kpi} {impact[0].direction}" if impact else "not stated"
    fields = [
        f"*Severity*\n{SEVERITY_MARK[severity.typical]} {severity.typical}, worst {severity.worst_credible}",
        f"*Priority*\n{PRIORITY[judged.action_priority]}: {judged.frequency}, detection {judged.detectability}",
        f"*Business impact*\n{escape(clip(moved, 150))}",
        f"*Owner*\n{owner(entry)}",
        f"*Last verified*\n{last_verified(entry)}",
        f"*Completeness*\n{bar(judged.completeness)}",
    ]
    return {"type": "section", "fields": [markdown(text, 2000) for text in fields]}


def _banners(sheet: Sheet) -> Iterator[Block]:
    entry = sheet.entry
    if entry.status != "published":
        why = f": {escape(entry.status_reason)}" if entry.status_reason else ""
        instead = f" Use `{entry.successor_id}` instead." if entry.successor_id else ""
        yield context(f":pencil2: *{entry.status.replace('_', ' ')}*{why}.{instead}")
    for reason in sheet.urgent:
        yield section(f":rotating_light: *A correction waits for its steward:* {escape(clip(reason, 300))}")
    blocking = [finding for finding in sheet.assessment.findings if finding.level == "blocks"]
    if entry.is_published and blocking:
        yield context(f":warning: {escape(blocking[0].sentence)}")


def _tabs(sheet: Sheet, tab: str) -> Block:
    return actions(
        "tabs",
        [
            button(
                label, f"{ids.SHOW_TAB}:{name}", f"{sheet.entry.id}|{name}", style="primary" if name == tab else None
            )
            for name, (label, _) in TABS.items()
        ],
    )


def _deeds(sheet: Sheet, tab: str) -> Block:
    entry = sheet.entry
    follow = ("Stop following", ids.UNFOLLOW) if sheet.is_followed else ("Follow", ids.FOLLOW)
    buttons = [button(*follow, f"entry|{entry.id}|{tab}")]
    if sheet.may_edit and entry.is_published:
        buttons.append(button("Suggest a correction", ids.SUGGEST, entry.id))
    if sheet.may_edit:
        buttons.append(button("Edit", ids.EDIT_ENTRY, entry.id))
    buttons += [
        button(STEP_LABELS[step], f"{ids.TAKE_STEP}:{step}", f"{entry.id}|{entry.revision}|{step}")
        for step in sheet.steps
    ]
    if "deprecate" in sheet.steps or "reject" in sheet.steps:
        buttons.append(button("Merge into another", ids.MERGE, entry.id))
    return actions("deeds", [*buttons, button("History", ids.OPEN_HISTORY, entry.id)])


def _overview(sheet: Sheet) -> Iterator[Block]:
    document = sheet.entry.document
    if document.summary:
        yield section(escape(document.summary))
    yield section(f"*What people see*\n{escape(document.symptom)}")
    if (remedy := document.containment) is not None:
        yield from sections([f"*Do first: {escape(remedy.title)}*", bullets(remedy.checklist, "1.")])
        yield context(" · ".join(_small(remedy)))
    for title, text in _background(sheet):
        yield from sections([f"*{title}*", text])
    if sheet.contributors:
        yield context("Written by " + ", ".join(person(one) for one in sheet.contributors[:20]))


def _background(sheet: Sheet) -> Iterator[tuple[str, str]]:
    document = sheet.entry.document
    if document.discriminators:
        names = {one.slug: f"{one.entry_id} {one.title}" for one in sheet.neighbours}
        yield (
            "Looks like, but is not",
            bullets(
                f"{names.get(one.confusable, one.confusable)}: {one.check} → {one.result}"
                for one in document.discriminators
            ),
        )
    if document.latent_conditions:
        yield "What was wrong before", bullets(f"{one.text} ({one.certainty})" for one in document.latent_conditions)
    if document.triggers:
        yield (
            "What sets it off",
            bullets(f"{one.kind}: {one.text or ''} ({one.certainty})" for one in document.triggers),
        )
    if document.failure_mechanism:
        yield "How it comes about", escape(document.failure_mechanism)
    if document.effects:
        yield (
            "What it does",
            bullets(f"{one.category} ({one.level}): {one.text or ''} ({one.certainty})" for one in document.effects),
        )
    if document.patterns:
        yield "Patterns that apply", bullets(f"{one.pattern}: {one.use}" for one in document.patterns)
    if document.applies_when:
        unless = f"\nNot when: {escape(document.not_when)}" if document.not_when else ""
        yield "Applies when", escape(document.applies_when) + unless
    where = document.dimensions
    terms = (*where.data_domain, *where.model_family, *where.deployment_environment, *where.customer_segment)
    if terms:
        yield "Where", escape(", ".join(dict.fromkeys(terms)))


def _detect(sheet: Sheet) -> Iterator[Block]:
    document = sheet.entry.document
    if not document.detectors:
        yield context("Nobody has described a signal yet.")
    for detector in document.detectors:
        yield from sections(_signal(detector))
    if document.log_signatures:
        lines = "\n".join(f"`{escape(line.replace('`', ''))}`" for line in document.log_signatures)
        yield section(f"*In the logs*\n{lines}")


def _signal(detector: Detector) -> Iterator[str]:
    unit = f" {detector.unit}" if detector.unit else ""
    held = f", held for {detector.persistence}" if detector.persistence else ""
    yield f"*{escape(detector.metric)}*"
    if detector.definition:
        yield escape(detector.definition)
    compared = COMPARED[detector.comparison]
    yield escape(f"Alert: {compared} {_number(detector.threshold)}{unit} over {detector.window}{held}")
    if detector.intervention_threshold is not None:
        yield escape(f"Automation acts: {compared} {detector.intervention_threshold:g}{unit}")
    if detector.segment_by:
        yield escape(f"Look at it by {', '.join(detector.segment_by)}")
    for tunable in detector.tunable:
        within = f" ({tunable.range})" if tunable.range else ""
        yield f"_Set {escape(tunable.param)} yourself{escape(within)}: {escape(tunable.why)}_"
    if detector.source:
        yield link(detector.source.title, detector.source.uri)
    if detector.last_tested:
        yield f"Tested {detector.last_tested.isoformat()}"


def _mitigate(sheet: Sheet) -> Iterator[Block]:
    for remedy in sheet.entry.document.mitigations:
        lines = [f"*{remedy.kind.capitalize()}: {escape(remedy.title)}*"]
        if remedy.preconditions:
            lines.append("*Only if* " + _in_a_row(remedy.preconditions))
        lines.append(bullets(remedy.checklist, "1."))
        if remedy.stop_if:
            lines.append("*Stop if* " + _in_a_row(remedy.stop_if))
        if remedy.communications:
            lines.append(f"*Tell* {escape(remedy.communications)}")
        yield from sections(lines)
        yield context(" · ".join(_small(remedy)))
        yield from _reasons(remedy)


def _in_a_row(sentences: Sequence[str]) -> str:
    return escape("; ".join(one.rstrip(".") for one in sentences)) + "."


def _small(remedy: Mitigation) -> Iterator[str]:
    yield f"Owner: {escape(remedy.owner)}"
    if remedy.expected_time:
        yield _expected(remedy.expected_time)
    if remedy.effectiveness:
        yield f"works: {remedy.effectiveness.rating}"
    if remedy.automation:
        stopped = f", stopped by {escape(remedy.automation.kill_switch)}" if remedy.automation.kill_switch else ""
        yield f"automation: {remedy.automation.level}{stopped}"
    for one in remedy.trade_offs[:3]:
        yield f"{one.dimension} {one.direction}: {escape(clip(one.text, SHORT))}"


def _reasons(remedy: Mitigation) -> Iterator[Block]:
    if remedy.rationale:
        yield context(f"Why: {escape(clip(remedy.rationale.decision, 600))}")
    links = [*remedy.links.data_quality_rules, *remedy.links.tests, *remedy.links.governance_policies]
    if links:
        yield context(" · ".join(f"{link(one.title, one.uri)}: {escape(one.text)}" for one in links[:6]))


def _undo(sheet: Sheet) -> Iterator[Block]:
    for remedy in sheet.entry.document.mitigations:
        lines = list(_way_back(remedy))
        if lines:
            yield from sections([f"*{escape(remedy.title)}*", *lines])


def _way_back(remedy: Mitigation) -> Iterator[str]:
    if back := remedy.rollback:
        yield f":leftwards_arrow_with_hook: *Roll back* {'' if back.possible else '(not possible) '}{escape(back.text)}"
        if back.steps:
            yield bullets(back.steps, "1.")
        known = [
            f"about {back.estimated_min} min" if back.estimated_min is not None else "",
            f"data: {back.data_consequences}" if back.data_consequences else "",
            f"no way back after: {back.point_of_no_return}" if back.point_of_no_return else "",
            f"exercised {back.last_exercised}" if back.last_exercised else "never exercised here",
        ]
        yield "_" + escape("; ".join(one for one in known if one)) + "_"
    if remedy.fallback:
        yield f"*If that does not help* {escape(remedy.fallback)}"
    if remedy.degraded_mode:
        yield from _degraded(remedy.degraded_mode)
    if remedy.escalation:
        yield "*Escalate* " + " → ".join(f"{one.after_min} min: {escape(one.to)}" for one in remedy.escalation)


def _degraded(mode: DegradedMode) -> Iterator[str]:
    off, stays = escape(mode.what_is_off), escape(mode.what_stays)
    yield f"*Degraded mode* when {escape(mode.enter_when)}: off {off}; on {stays}"
    if mode.user_notice:
        yield f"Users are told: {escape(mode.user_notice)}"
    if mode.exit_when:
        most = f", at most {mode.max_duration_min} min" if mode.max_duration_min else ""
        yield f"_until_ {escape(mode.exit_when)}{most}"


def _proof(sheet: Sheet) -> Iterator[Block]:
    document = sheet.entry.document
    if not document.evidence:
        reason = document.reason_for_leaving_out("evidence")
        yield context(escape(reason) if reason else "Nobody has named a source yet.")
    for evidence in document.evidence:
        yield section(_source(evidence))
    if document.taxonomy_maps:
        names = (" ".join((one.scheme, one.id, one.version or "")).strip() for one in document.taxonomy_maps)
        yield section(f"*In other catalogs*\n{bullets(names)}")
    if document.origin:
        origin = document.origin
        yield context(escape(f"From {origin.source} {origin.version or ''}, licence {origin.licence or 'unknown'}"))
    yield from _duties(document)


def _duties(document: FailureMode) -> Iterator[Block]:
    if (duties := document.governance) is None:
        return
    lines = [f"{link(one.title, one.uri)}: {escape(one.text)}" for one in duties.policies]
    if duties.may_be_reportable:
        lines.append(f":scales: May have to be reported, within {duties.report_within or 'a time nobody stated'}.")
    if duties.preserve_evidence:
        lines.append(f"Keep as evidence: {escape(duties.preserve_evidence)}")
    if lines:
        yield section("*Duties*\n" + "\n".join(lines))


def _source(evidence: Evidence) -> str:
    revision = f", {escape(evidence.revision)}" if evidence.revision else ""
    state = f" :warning: {evidence.http_state}" if evidence.http_state in {"gone", "forbidden"} else ""
    return f"*{link(evidence.title, evidence.uri)}* ({evidence.kind}{revision}){state}\n{escape(evidence.supports)}"


def _stories(sheet: Sheet) -> Iterator[Block]:
    if not sheet.entry.document.case_studies:
        yield context("No case study yet. Reused this somewhere else? Add one under Edit, Case studies.")
    for study in sheet.entry.document.case_studies:
        yield from sections(_story(study))


def _story(study: CaseStudy) -> Iterator[str]:
    yield f"*{escape(study.title)}* ({study.type}{', draft' if study.status == 'draft' else ''})"
    for label, side in (("From", study.origin), ("To", study.target)):
        if side is not None:
            yield f"{label}: {escape(_place(side))}"
    yield escape(clip(study.situation, 900))
    for label, text in (("Tried", study.tried), ("Adapted", study.adapted), ("Outcome", study.outcome)):
        if text:
            yield f"*{label}* {escape(clip(text, 500))}"
    if study.timeline:
        yield bullets(f"{one.when}: {one.text}" for one in study.timeline[:6])
    for one in study.metrics[:4]:
        yield escape(f"{one.name}: {_number(one.before)} → {_number(one.after)} {one.unit} ({one.basis})")
    for reference in study.references[:3]:
        yield link(reference.title, reference.uri)


def _here(sheet: Sheet) -> Iterator[Block]:
    counted = len(sheet.occurrences)
    yield section(f"*{counted} occurrence(s) here.* Frequency: {sheet.assessment.frequency}, counted and never typed.")
    for one in sheet.occurrences[:MAX_OCCURRENCES]:
        yield told_case(one, may_describe=sheet.may_edit)
    if sheet.may_edit:
        yield actions("record", [button("Record an occurrence", ids.RECORD_OCCURRENCE, sheet.entry.id)])
    flags = sheet.assessment.flags[:6]
    if flags:
        yield section("*Worth a look*\n" + bullets(finding.sentence for finding in flags))


def _place(side: Context) -> str:
    terms = (side.data_domain, side.model_family, side.deployment_environment)
    return f"{side.text} ({', '.join(term for term in terms if term != 'any') or 'any'})"


def _expected(time: ExpectedTime) -> str:
    return f"contained in {time.contain_p50_min} min (9 of 10 within {time.contain_p90_min} min, {time.basis})"


def _number(value: object) -> str:
    if isinstance(value, list):
        return " to ".join(_number(one) for one in value)
    return f"{value:g}" if isinstance(value, float) else ("?" if value is None else str(value))


TABS: Mapping[str, tuple[str, Callable[[Sheet], Iterator[Block]]]] = {
    "overview": ("Overview", _overview),
    "detect": ("Detect", _detect),
    "mitigate": ("Mitigate", _mitigate),
    "undo": ("Roll back, escalate", _undo),
    "proof": ("Evidence", _proof),
    "stories": ("Case studies", _stories),
    "here": ("Here", _here),
}
