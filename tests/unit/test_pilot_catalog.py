"""The pilot catalog that is shipped: what its sixty entries and its demo incident promise their readers."""

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import re2
import yaml

from workflows.entries.detectors import Detector
from workflows.entries.document import FailureMode
from workflows.entries.importing import read_catalog, safe_yaml
from workflows.entries.mitigations import Mitigation
from workflows.search.index import SearchIndex

CATALOG = Path(__file__).parents[2] / "catalog"
PATHS = sorted((CATALOG / "entries").glob("*.yaml"))
BLAME = re.compile(r"careless|human error|should have|negligen|incompeten", re.IGNORECASE)
PRIVATE = re.compile(r"\b(10|192\.168|172\.16)\.\d+\.\d+|\.(internal|corp|local)\b|\b[\w.]+@[\w.]+\.\w+", re.IGNORECASE)
GREATER = {"gt", "gte", "ratio_gt", "pct_change_gt", "abs_change_gt", "abs_gt"}
PILOT_SIZE = 60
MIN_ALIASES, MAX_ALIASES = 5, 12
MIN_STEPS, MAX_STEPS = 3, 7


@cache
def entries() -> dict[str, FailureMode]:
    return {file.entry.slug: file.entry for file in read_catalog(CATALOG)}


def vocabulary() -> dict[str, Any]:
    found: dict[str, Any] = yaml.load((CATALOG / "vocabulary.yaml").read_text(), yaml.CSafeLoader)
    return found


def remedies(*kinds: str) -> Iterator[tuple[str, Mitigation]]:
    for slug, entry in entries().items():
        yield from ((slug, remedy) for remedy in entry.mitigations if not kinds or remedy.kind in kinds)


def is_milder(detector: Detector) -> bool:
    """Return whether the threshold at which automation acts is milder than the one at which people are told."""
    acts, tells = detector.intervention_threshold, detector.threshold
    if acts is None or not isinstance(tells, float):
        return False
    return acts < tells if detector.comparison in GREATER else acts > tells


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_every_file_is_a_valid_entry_named_by_its_id_and_slug(path: Path) -> None:
    entry = FailureMode.model_validate(safe_yaml(path.read_bytes()))

    assert path.stem == f"{entry.id}-{entry.slug}"


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_the_fields_stand_in_the_order_of_the_document(path: Path) -> None:
    written = list(safe_yaml(path.read_bytes()))

    assert written == [name for name in FailureMode.model_fields if name in written]


def test_the_importer_takes_all_sixty_and_every_term_is_in_the_vocabulary() -> None:
    taken = read_catalog(CATALOG)

    assert len(taken) == len(PATHS) == PILOT_SIZE
    assert {file.entry.status for file in taken} == {"published"}
    assert [file.entry.id for file in taken] == [f"FM-{number:04d}" for number in range(1, PILOT_SIZE + 1)]


def test_every_term_of_the_vocabulary_is_a_slug_with_a_definition() -> None:
    named = {name: terms for name, terms in vocabulary().items() if isinstance(terms, dict)}

    for name, terms in named.items():
        for term, meaning in terms.items():
            assert re.fullmatch(r"[a-z0-9][a-z0-9/-]*", term), f"{name}: {term}"
            assert meaning, f"{name}: {term}"
    assert len(named["cause_category"]) == 19
    assert len(named["effect_category"]) == 13


def test_trade_offs_are_named_in_the_vocabulary() -> None:
    known = set(vocabulary()["trade_off"])

    used = {trade_off.dimension for _, remedy in remedies() for trade_off in remedy.trade_offs}

    assert used <= known


def test_relations_and_discriminators_point_at_entries_that_exist_and_never_at_themselves() -> None:
    for slug, entry in entries().items():
        named = {relation.slug for relation in entry.related} | {one.confusable for one in entry.discriminators}

        assert named <= set(entries()), slug
        assert slug not in named, slug


def test_the_first_look_alike_of_every_entry_has_a_check_that_tells_them_apart() -> None:
    for slug, entry in entries().items():
        alike = [relation.slug for relation in entry.related if relation.type == "confusable-with"]

        assert alike, slug
        assert alike[0] in {one.confusable for one in entry.discriminators}, slug


def test_no_alias_is_given_twice() -> None:
    given = Counter(alias.casefold() for entry in entries().values() for alias in entry.aliases)

    assert [alias for alias, times in given.items() if times > 1] == []


def test_every_entry_has_the_number_of_aliases_a_search_needs() -> None:
    outside = {
        slug: len(entry.aliases)
        for slug, entry in entries().items()
        if not MIN_ALIASES <= len(entry.aliases) <= MAX_ALIASES
    }

    assert outside == {}


def test_every_log_signature_compiles_and_none_matches_ordinary_talk() -> None:
    options = re2.Options()
    options.case_sensitive = False
    talk = ["lunch?", "retro moves to 15:00", "don't panic, thanks", "can you review my pr", "see you in the standup"]

    for slug, entry in entries().items():
        for signature in entry.log_signatures:
            pattern = re2.compile(signature, options)
            assert not any(pattern.search(said) for said in talk), f"{slug}: {signature}"


def test_every_published_entry_can_be_contained_by_somebody_in_a_known_time_with_a_way_back() -> None:
    contained = dict(remedies("contain"))

    assert set(contained) == set(entries())
    for slug, remedy in contained.items():
        assert remedy.owner, slug
        assert remedy.rollback, slug
        assert remedy.fallback, slug
        assert remedy.expected_time, slug
        assert remedy.stop_if, slug
        assert remedy.degraded_mode, slug


def test_the_remedy_that_contains_stands_first() -> None:
    assert [slug for slug, entry in entries().items() if entry.mitigations[0].kind != "contain"] == []


def test_every_remedy_has_a_short_checklist_a_way_back_and_says_what_it_costs() -> None:
    for slug, remedy in remedies():
        assert MIN_STEPS <= len(remedy.checklist) <= MAX_STEPS, f"{slug}: {remedy.title}"
        assert remedy.trade_offs, f"{slug}: {remedy.title}"
        assert remedy.rollback, f"{slug}: {remedy.title}"


def test_escalation_takes_longer_step_by_step_and_ends_at_a_rota() -> None:
    for slug, remedy in remedies("contain"):
        minutes = [step.after_min for step in remedy.escalation]

        assert minutes == sorted(set(minutes)), slug
        assert remedy.escalation[-1].to.endswith("rota"), slug


def test_expected_times_and_severities_agree_with_themselves() -> None:
    for slug, entry in entries().items():
        assert entry.severity.worst_credible <= entry.severity.typical, slug
        assert entry.severity.rationale, slug
    for slug, remedy in remedies("contain"):
        time = remedy.expected_time
        assert time, slug
        assert time.contain_p50_min <= time.contain_p90_min, slug


def test_automation_never_acts_before_people_are_told() -> None:
    milder = [slug for slug, entry in entries().items() if any(is_milder(one) for one in entry.detectors)]

    assert milder == []


def test_every_entry_says_why_what_it_does_to_whom_and_where_it_comes_from() -> None:
    for slug, entry in entries().items():
        assert entry.summary, slug
        assert entry.latent_conditions, slug
        assert entry.triggers, slug
        assert entry.effects, slug
        assert entry.business_impact, slug
        assert entry.reproduction, slug
        assert len(entry.detectors) >= 2, slug
        assert entry.evidence, slug
        assert len({author.discipline for author in entry.authors}) >= 2, slug


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_no_entry_blames_anybody_or_names_a_private_place(path: Path) -> None:
    text = path.read_text()

    assert not BLAME.search(text)
    assert not PRIVATE.search(text)


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_files_read_well_in_a_terminal(path: Path) -> None:
    lines = path.read_text().splitlines()

    long = [line for line in lines if len(line) > 100 and not line.lstrip().startswith("https://")]

    assert long == []


def test_each_entry_is_found_by_its_own_aliases() -> None:
    index = SearchIndex(entries().values())
    ids = {entry.id: slug for slug, entry in entries().items()}

    asked = [(alias, slug) for slug, entry in entries().items() for alias in entry.aliases]
    found = sum(slug in {ids[match.entry_id] for match in index.rank(alias, limit=3)} for alias, slug in asked)

    assert found / len(asked) > 0.97


class TestTheDemoIncident:
    transcript = yaml.load((CATALOG / "incidents" / "cloudflare-2025-11-18.yaml").read_text(), yaml.CSafeLoader)

    def test_its_messages_come_in_order_from_people_it_names_within_half_a_minute(self) -> None:
        times = [message["after_seconds"] for message in self.transcript["messages"]]

        assert times == sorted(times)
        assert times[-1] <= 30
        assert {message["from"] for message in self.transcript["messages"]} == set(self.transcript["people"])

    def test_its_first_remarks_say_nothing_and_its_symptoms_name_the_push_and_the_rows(self) -> None:
        index = SearchIndex(entries().values())
        texts = [(message["text"], 1.0) for message in self.transcript["messages"]]

        quiet, incident = index.rank_weighted(texts[:2]), index.rank_weighted(texts[:7])

        assert not quiet or quiet[0].weight < incident[0].weight / 4
        expected = {entries()["unvalidated-config-push"].id, entries()["duplicate-rows-fanout"].id}
        assert {match.entry_id for match in incident[:2]} == expected
