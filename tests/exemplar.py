"""An entry that has everything and nothing wrong, and what it is judged against; tests spoil one thing at a time."""

from copy import deepcopy
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from workflows.entries.document import FailureMode
from workflows.entries.vocabulary import Vocabulary
from workflows.quality.surroundings import Approval, Facts, Occurrence, Surroundings, Tried

CATALOG = Path(__file__).parents[1] / "catalog"
TODAY = date(2026, 6, 1)

DOCUMENT = """
schema_version: 2
id: FM-0100
slug: queue-overflow
title: Requests wait longer than callers do
summary: Answers arrive after callers gave up. Usually sev2. First move, shed the oldest requests.
status: published
symptom: The queue grows while the number of good answers falls, and callers report time-outs.
aliases: [queue overflow, requests time out in the queue, backlog never drains]
log_signatures: ['queue is full']
cause_category: capacity
latent_conditions:
  - {text: The queue has no bound., certainty: known}
triggers:
  - {kind: load, text: More requests arrive than are served.}
effects:
  - {category: slow-responses, level: system, text: Callers wait.}
business_impact:
  - {kpi: answered requests, direction: down, low: 5, high: 50, unit: '%'}
reproduction:
  steps: [Send twice the planned load to a test replica., Watch the queue.]
  artifact: {title: load test, text: the script that does it, uri: 'https://example.com/load-test'}
severity: {typical: sev2, worst_credible: sev1, rationale: A major function is degraded.}
dimensions:
  data_domain: [text]
  model_family: [llm-self-hosted]
  deployment_environment: [online-api]
  customer_segment: [enterprise]
lifecycle_stage: serving
applies_when: A queue stands before the model.
detectors:
  - key: queue-wait
    metric: time that the oldest request has waited
    definition: age of the head of the queue, over all replicas
    comparison: gt
    threshold: 10
    unit: s
    window: 5m
    intervention_threshold: 30
    tunable: [{param: threshold, why: Callers differ in patience., range: 5 to 60 s}]
    source: {title: queue board, text: shows the age}
    last_tested: 2026-05-01
  - metric: share of answers after the caller's time-out
    definition: answers sent after the deadline, of all answers
    comparison: gt
    threshold: 0.05
    unit: ratio
    window: 5m
    tunable: [{param: threshold, why: Services differ.}]
    last_true_fire: 2026-05-01
mitigations:
  - key: shed
    title: Shed the oldest requests
    kind: contain
    preconditions: [The queue is longer than what can be served in time.]
    checklist: [Turn on shedding at the gateway., 'Confirm that the head is younger than 10 s.']
    stop_if: [Good answers fall further.]
    owner: serving on-call
    expected_time:
      {contain_p50_min: 10, contain_p90_min: 30, restore_p50_min: 60, restore_p90_min: 120, basis: measured, n: 4}
    rollback: {text: Turn shedding off., estimated_min: 5, last_exercised: 2026-05-01}
    fallback: Send callers to the batch service.
    degraded_mode:
      {enter_when: the queue is full, what_is_off: old requests, what_stays: new ones, exit_when: an hour below 5 s}
    automation: {level: act, detector: queue-wait, kill_switch: the shedding flag}
    escalation:
      - {after_min: 15, to: serving-platform rota}
      - {after_min: 30, to: incident-commander rota}
    trade_offs: [{dimension: coverage, text: Old requests are dropped., evidence: drill of May}]
    rationale: {decision: Shedding takes effect at once.}
    effectiveness: {rating: high, evidence: drill of May}
    links:
      tests: [{title: shedding test, text: proves that new requests pass}]
    rehearsal: {last: 2026-05-01, type: synthetic, result: contained in 9 minutes}
related:
  - {type: confusable-with, slug: slow-model}
discriminators:
  - {confusable: slow-model, check: Compare the time in the queue with the time in the model., result: 'Queue: this.'}
evidence:
  - kind: incident
    title: An account of it
    uri: https://example.com/account
    supports: The symptom
    last_checked: 2026-05-01
    http_state: ok
case_studies:
  - key: the-day-it-grew
    title: The day the queue grew
    type: incident
    status: published
    origin: {text: a chat service}
    target: {text: a search service}
    situation: Load doubled.
    timeline:
      - {when: 2025-11-18, text: It began.}
      - {when: '2025-11-18T11:20Z', text: It was seen.}
      - {when: '2025-11-18T12:20+00:00', text: It ended.}
    metrics: [{name: oldest request, before: 90, after: 4, unit: s}]
domain: serving
authors: [{discipline: ml-engineering}, {discipline: site-reliability}]
confidence: observed
review_every: 90d
review_triggers: [model-release]
"""

SLOW_MODEL = {
    "id": "FM-0101",
    "slug": "slow-model",
    "title": "The model itself became slower",
    "status": "published",
    "symptom": "Each inference takes longer than before although nothing waits.",
    "aliases": ["inference got slower"],
    "cause_category": "serving-code",
    "severity": {"typical": "sev3", "worst_credible": "sev2"},
    "domain": "serving",
}

HAPPENED = Occurrence(
    id=7,
    certainty="known",
    started=datetime(2026, 5, 10, 10, 0, tzinfo=UTC),
    detected=datetime(2026, 5, 10, 10, 5, tzinfo=UTC),
    contained=datetime(2026, 5, 10, 10, 20, tzinfo=UTC),
    resolved=datetime(2026, 5, 10, 11, 0, tzinfo=UTC),
    severity="sev2",
    tried=(Tried("shed", "yes", 10),),
)

FACTS = Facts(
    steward="USTEWARD",
    authors=frozenset({"UAUTHOR"}),
    approvals=(Approval("UREVIEWER", "security"),),
    occurrences=(HAPPENED,),
    review_due=date(2026, 8, 1),
    shown=20,
    rejected=2,
    last_opened=date(2026, 5, 20),
    created=date(2025, 1, 1),
)


@cache
def vocabulary() -> Vocabulary:
    """Return the vocabulary of the pilot catalog."""
    return Vocabulary.load(CATALOG)


def sound_document(**given: Any) -> dict[str, Any]:
    """Return the document of the sound entry; a name such as `detectors__0__threshold` changes one field in depth."""
    document: dict[str, Any] = yaml.safe_load(DOCUMENT)
    for path, value in deepcopy(given).items():
        *parts, last = [int(part) if part.isdecimal() else part for part in path.split("__")]
        inner: Any = document
        for part in parts:
            inner = inner[part]
        inner[last] = value
    return document


def sound(**given: Any) -> FailureMode:
    """Return the sound entry with one thing changed."""
    return FailureMode.model_validate(sound_document(**given))


def neighbour(**given: Any) -> FailureMode:
    """Return the entry that the sound one is confused with."""
    return FailureMode.model_validate({**SLOW_MODEL, **given})


def around(*others: FailureMode, facts: Facts | None = FACTS) -> Surroundings:
    """Return what the sound entry is judged against: its neighbour unless others are given, and what is known here."""
    return Surroundings(vocabulary(), {one.slug: one for one in others or (neighbour(),)}, TODAY, facts)
