"""Makes entries and workflows for tests, with only what the test is about said aloud."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import yaml

from store import Store
from tests.doubles import CountingBell, KnownChannels, KnownPeople, StillClock
from workflows.entries.catalog import Catalog
from workflows.entries.document import FailureMode
from workflows.entries.vocabulary import Vocabulary
from workflows.incidents import Incidents
from workflows.people import Actor, People
from workflows.reviews import Reviews
from workflows.search.search import Search
from workflows.search.suggestions import Suggestions
from workflows.writeups.writeups import WriteUps

RESPONDER = Actor("URESPONDER")
STEWARD = Actor("USTEWARD")
STRANGER = Actor("USTRANGER", is_external=True)
INTERVAL = timedelta(days=90)

VOCABULARY: dict[str, dict[str, str]] = {
    "cause_category": {"capacity": "memory, compute or elasticity ran out", "data-contract": "what a field means"},
    "effect_category": {"outage": "unavailable or erroring"},
    "trigger": {"load": "more traffic", "code-push": "a release"},
    "lifecycle_stage": {"serving": "answering requests"},
    "domain": {"serving": "online inference", "data": "pipelines"},
    "trade_off": {"latency": "slower"},
    "severity": {"sev1": "worst", "sev2": "bad", "sev3": "noticeable", "sev4": "cosmetic"},
    "data_domain": {"any": "any"},
    "model_family": {"any": "any"},
    "deployment_environment": {"any": "any"},
    "customer_segment": {"all": "all"},
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
    incidents: Incidents
    writeups: WriteUps


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
    catalog = Catalog(store, clock, people, INTERVAL)
    catalog.import_folder(write_catalog(folder / "catalog", *(entries or SMALL_CATALOG)))
    reviews = Reviews(store, clock, catalog, bell, INTERVAL)
    suggestions = Suggestions(catalog, threshold)
    incidents = Incidents(store, clock, catalog, suggestions, reviews, channels, bell, ("inc-*",))
    writeups = WriteUps(store, clock, catalog, Vocabulary(VOCABULARY))
    return House(store, clock, bell, channels, workspace, catalog, Search(catalog), reviews, incidents, writeups)
