"""Makes entries and workflows for tests, with only what the test is about said aloud."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

from store import Store, Transaction
from store.outbox import ClaimedMessage
from tests.doubles import Asked, CountingBell, KnownChannels, KnownPeople, StillClock
from workflows.amendments.amendments import Amendments
from workflows.domains import Domains
from workflows.drills import Drills
from workflows.entries.assessing import Assessing
from workflows.entries.catalog import Catalog
from workflows.entries.document import FailureMode
from workflows.entries.editing import Editing
from workflows.entries.history import History
from workflows.entries.lifecycle import Lifecycle
from workflows.entries.merging import Merging
from workflows.entries.picking import Picking
from workflows.entries.vocabulary import Vocabulary
from workflows.exposure import Exposure
from workflows.home import Home
from workflows.incidents import Incidents
from workflows.listening import Listening
from workflows.notices import Notices
from workflows.occurrences import Occurrences
from workflows.people import Actor, People
from workflows.recognition import Recognition
from workflows.remarks import Remarks
from workflows.reports import Reports
from workflows.reviews.cadence import Cadence
from workflows.reviews.nudging import Nudging
from workflows.reviews.reviews import Reviews
from workflows.reviews.stewardship import Stewardship
from workflows.reviews.workplaces import Workplaces
from workflows.rotas import Rotas
from workflows.runs.outcomes import Outcomes
from workflows.runs.runs import Runs
from workflows.runs.timers import Timers
from workflows.sampling import Sampling
from workflows.search.search import Search
from workflows.search.suggestions import Suggestions
from workflows.signoffs import SignOffs
from workflows.silence import Silence
from workflows.situations import Situations
from workflows.stubs import Stubs
from workflows.subscriptions import Subscriptions
from workflows.thresholds import Thresholds
from workflows.trail import Trail
from workflows.triggers import Triggers
from workflows.writeups.mornings import Mornings
from workflows.writeups.submitting import Submitting
from workflows.writeups.template import built_in
from workflows.writeups.writeups import WriteUps

RESPONDER = Actor("URESPONDER")
STEWARD = Actor("USTEWARD")
STRANGER = Actor("USTRANGER", is_external=True)
QUIET = timedelta(hours=12)
INTERVAL = timedelta(days=90)
CADENCE = Cadence(INTERVAL)
ROTAS = {"serving on-call": ("SSERVING",), "incident commander": ("UCOMMANDER",)}

VOCABULARY: dict[str, dict[str, str]] = {
    "cause_category": {"capacity": "memory, compute or elasticity ran out", "data-contract": "what a field means"},
    "effect_category": {"outage": "unavailable or erroring"},
    "trigger": {"load": "more traffic", "code-push": "a release"},
    "lifecycle_stage": {"serving": "answering requests"},
    "domain": {"serving": "online inference", "data": "pipelines"},
    "trade_off": {"latency": "slower"},
    "severity": {"sev1": "worst", "sev2": "bad", "sev3": "noticeable", "sev4": "cosmetic"},
    "data_domain": {"any": "any"},
    "model_family": {"any": "any", "llm": "language models", "llm-hosted": "language models of a vendor"},
    "deployment_environment": {"any": "any"},
    "customer_segment": {"all": "all"},
    "discipline": {"ml-engineering": "models", "security": "guards", "product": "decides", "peer": "anybody"},
    "review_trigger": {"model-release": "a new model"},
    "privacy_class": {"personal": "about people"},
    "pattern": {"contain-first": "stop the harm first"},
}


def failure_mode(number: int = 1, **given: Any) -> FailureMode:
    """Return a published failure mode; what is not given is filled in."""
    return FailureMode.model_validate(
        {
            "id": f"FM-{number:04d}",
            "slug": f"failure-mode-{number}",
            "title": f"Failure mode {number}",
            "status": "published",
            "symptom": "Something is wrong.",
            "cause_category": "capacity",
            "severity": {"typical": "sev2", "worst_credible": "sev1"},
            "domain": "serving",
            "mitigations": [
                {"title": "Contain it", "kind": "contain", "checklist": ["Do the first thing"], "owner": "serving rota"}
            ],
            **given,
        }
    )


# What an entry needs on top of `failure_mode` to pass every gate that its document alone decides.
COMPLETE: dict[str, Any] = {
    "summary": "Requests die on the accelerator; usually sev2. First move: shrink the batch.",
    "aliases": ["first words for it", "second words for it", "third words for it"],
    "latent_conditions": [{"text": "Nothing bounds the batch.", "certainty": "known"}],
    "triggers": [{"kind": "load", "text": "A larger input arrives."}],
    "effects": [{"category": "outage", "text": "Requests fail."}],
    "business_impact": [{"kpi": "orders", "direction": "down", "low": 1, "high": 3, "unit": "%"}],
    "reproduction": {"steps": ["Send a request with a batch of 4096."]},
    "severity": {"typical": "sev2", "worst_credible": "sev1", "rationale": "A major function is degraded."},
    "dimensions": {
        "data_domain": ["any"],
        "model_family": ["any"],
        "deployment_environment": ["any"],
        "customer_segment": ["all"],
    },
    "lifecycle_stage": "serving",
    "applies_when": "A model serves on an accelerator.",
    "detectors": [
        {
            "metric": "share of requests that fail",
            "definition": "failed requests of all requests",
            "comparison": "gt",
            "threshold": 0.05,
            "unit": "ratio",
            "window": "5m",
            "tunable": [{"param": "threshold", "why": "Traffic differs."}],
        }
    ],
    "mitigations": [
        {
            "title": "Shrink the batch",
            "kind": "contain",
            "checklist": ["Set the batch size to 1", "Confirm that requests succeed", "Tell the channel"],
            "owner": "serving rota",
            "expected_time": {"contain_p50_min": 10, "contain_p90_min": 30},
            "rollback": {"text": "Set the batch size back.", "estimated_min": 5},
            "fallback": "Route to the smaller model.",
            "degraded_mode": {
                "enter_when": "Requests fail",
                "what_is_off": "Large batches",
                "what_stays": "Single requests",
                "exit_when": "No failure for an hour",
            },
            "escalation": [{"after_min": 15, "to": "serving rota"}],
        }
    ],
    "evidence": [
        {
            "kind": "paper",
            "title": "A paper",
            "uri": "https://example.org/paper",
            "supports": "The cause",
            "http_state": "ok",
        }
    ],
    "authors": [{"discipline": "ml-engineering"}, {"discipline": "product"}],
    "review_triggers": ["model-release"],
    "confidence": "observed",
}


GPU_OOM = failure_mode(
    1,
    slug="gpu-oom",
    title="GPU runs out of memory",
    aliases=["CUDA OOM", "out of memory on the card"],
    symptom="Training or serving processes die with an allocation failure on the accelerator.",
    log_signatures=["CUDA out of memory", "torch\\.cuda\\.OutOfMemoryError"],
)
SCHEMA_CHANGE = failure_mode(
    2,
    slug="upstream-schema-change",
    title="A source changes its schema",
    aliases=["column renamed", "new field type"],
    symptom="Rows are refused or nulls appear after an upstream release changed a column.",
    domain="data",
)
COLD_START = failure_mode(
    3,
    slug="cold-start",
    title="New replicas are slow until warm",
    aliases=["cold start", "first requests time out"],
    symptom="Latency jumps whenever replicas are added, and settles after minutes.",
)
SMALL_CATALOG = (GPU_OOM, SCHEMA_CHANGE, COLD_START)


def write_catalog(folder: Path, *entries: FailureMode) -> Path:
    """Write the entries and a small vocabulary as a catalog folder, and return the folder."""
    (folder / "entries").mkdir(parents=True, exist_ok=True)
    (folder / "vocabulary.yaml").write_text(yaml.safe_dump(VOCABULARY))
    for entry in entries:
        document = entry.model_dump(mode="json", exclude_defaults=True)
        (folder / "entries" / f"{entry.id}-{entry.slug}.yaml").write_text(yaml.safe_dump(document))
    return folder


@dataclass(frozen=True)
class House:
    """All workflows over one store, with their fakes in reach."""

    store: Store
    clock: StillClock
    bell: CountingBell
    channels: KnownChannels
    workspace: KnownPeople
    catalog: Catalog
    search: Search
    reviews: Reviews
    triggers: Triggers
    nudging: Nudging
    stewardship: Stewardship
    incidents: Incidents
    runs: Runs
    situations: Situations
    silence: Silence
    thresholds: Thresholds
    reports: Reports
    stubs: Stubs
    drills: Drills
    timers: Timers
    outcomes: Outcomes
    writeups: WriteUps
    submitting: Submitting
    editing: Editing
    history: History
    assessing: Assessing
    asked: Asked
    lifecycle: Lifecycle
    amendments: Amendments
    merging: Merging
    sign_offs: SignOffs
    remarks: Remarks
    sampling: Sampling
    subscriptions: Subscriptions
    exposure: Exposure
    notices: Notices
    occurrences: Occurrences
    recognition: Recognition
    domains: Domains
    picking: Picking
    home: Home
    trail: Trail


def roles_of(stewards: Mapping[str, str], more: Mapping[str, tuple[str, ...]] | None) -> dict[str, tuple[str, ...]]:
    """Return the roles of a small workspace: everybody reads and contributes, UADMIN may do everything."""
    named = {f"steward:{domain}": (person,) for domain, person in stewards.items()}
    return {"reader": ("*",), "contributor": ("*",), "admin": ("UADMIN",), **named, **(more or {})}


def house(
    store: Store,
    folder: Path,
    *entries: FailureMode,
    threshold: float = 0.005,
    stewards: Mapping[str, str] | None = None,
    roles: Mapping[str, tuple[str, ...]] | None = None,
) -> House:
    """Return the workflows with the entries imported; the steward of everything is STEWARD unless said otherwise."""
    clock, bell, channels = StillClock(), CountingBell(), KnownChannels({"CINC": "inc-42"})
    workspace = KnownPeople()
    people = People(roles_of({"default": STEWARD.user_id} if stewards is None else stewards, roles), workspace)
    catalog = Catalog(store, clock, people, CADENCE)
    catalog.import_folder(write_catalog(folder / "catalog", *(entries or SMALL_CATALOG)))
    reviews = Reviews(store, clock, catalog, bell, CADENCE)
    stewardship = Stewardship(people, Workplaces(), {"default": "CTEAM"})
    suggestions = Suggestions(catalog, threshold)
    runs = Runs(store, clock, bell, Rotas(ROTAS))
    listening = Listening(store, clock, channels, ("inc-*",))
    incidents = Incidents(store, clock, catalog, suggestions, reviews, listening, bell, runs, QUIET)
    vocabulary, asked = Vocabulary(VOCABULARY), Asked()
    writeups = WriteUps(store, clock, catalog, vocabulary, built_in(), bell, Mornings(stewardship))
    assessing = Assessing(store, clock, catalog, vocabulary)
    sign_offs = SignOffs(store, clock, catalog, reviews, bell)
    amendments = Amendments(store, clock, catalog, assessing, asked, bell, reviews)
    subscriptions = Subscriptions(store, clock, catalog, vocabulary)
    search, occurrences = Search(catalog, vocabulary), Occurrences(store, clock, catalog)
    return House(
        store=store,
        clock=clock,
        bell=bell,
        channels=channels,
        workspace=workspace,
        catalog=catalog,
        search=search,
        reviews=reviews,
        triggers=Triggers(store, clock, catalog, vocabulary, reviews, bell),
        nudging=Nudging(store, clock, catalog, stewardship, bell),
        stewardship=stewardship,
        incidents=incidents,
        runs=runs,
        situations=Situations(store, clock, catalog),
        silence=Silence(store, clock, catalog, suggestions),
        reports=Reports(store, clock, listening, Situations(store, clock, catalog), QUIET),
        thresholds=Thresholds(store, clock, people, threshold, QUIET),
        drills=Drills(store, clock, catalog, incidents, bell),
        stubs=Stubs(store, clock, catalog, suggestions, vocabulary),
        timers=Timers(store, clock, bell),
        outcomes=Outcomes(store, clock, reviews, bell),
        writeups=writeups,
        submitting=Submitting(store, clock, catalog, writeups, amendments, assessing, occurrences, vocabulary, bell),
        editing=Editing(store, clock, catalog, vocabulary),
        history=History(store, clock, catalog),
        assessing=assessing,
        asked=asked,
        lifecycle=Lifecycle(store, clock, catalog, assessing, asked, bell),
        amendments=amendments,
        merging=Merging(store, clock, catalog, bell),
        sign_offs=sign_offs,
        remarks=Remarks(store, clock, sign_offs, bell),
        sampling=Sampling(store, clock, catalog, sign_offs, bell, per_month=2),
        subscriptions=subscriptions,
        exposure=Exposure(store, clock),
        notices=Notices(store, clock, catalog, bell, timedelta(minutes=10)),
        occurrences=occurrences,
        recognition=Recognition(store, clock, catalog, bell, "CDIGEST"),
        domains=Domains(store, clock, catalog, vocabulary),
        picking=Picking(catalog),
        home=Home(catalog, vocabulary, reviews, sign_offs, amendments, writeups, subscriptions),
        trail=Trail(store),
    )


def claimed(tx: Transaction, at: datetime) -> list[ClaimedMessage]:
    """Claim what is owed, as the messenger would from this moment on: of several for one place one after the other."""
    found: list[ClaimedMessage] = []
    while more := tx.outbox.claim(at, slack_now=at, limit=100):
        found += more
    return found
