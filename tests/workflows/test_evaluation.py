"""Measuring engines on labelled data: what is read, what the figures mean, and that they come out the same again."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.errors import UserError
from workflows.evaluation.engines import Faultline
from workflows.evaluation.evaluation import AS_GIVEN, Memory, Trial, measured
from workflows.evaluation.material import Item, Material, Query, read_material
from workflows.evaluation.measures import Answer, Decision, decisions, intervals, latency, quality, rank_of
from workflows.evaluation.noise import NOISES, known_noises
from workflows.search.examples import Example

CATALOG = [
    {"id": "A", "title": "Disk full", "summary": "No space left on the volume", "tags": ["storage"]},
    {"id": "B", "title": "Late labels", "summary": "Targets arrive days after the prediction", "tags": "data"},
    {"id": "C", "title": "Certificate expired", "summary": "TLS handshakes fail", "tags": []},
]
QUERIES = [
    {"id": "q1", "text": "no space left on device", "relevant": ["A"]},
    {"messages": ["handshake error", "the certificate ran out"], "relevant": ["C"], "also_acceptable": ["A"]},
]


def jsonl(path: Path, rows: Sequence[object]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


@pytest.fixture
def catalog(tmp_path: Path) -> Path:
    return jsonl(tmp_path / "catalog.jsonl", CATALOG)


@pytest.fixture
def queries(tmp_path: Path) -> Path:
    return jsonl(tmp_path / "queries.jsonl", QUERIES)


@dataclass(frozen=True)
class Recited:
    """An engine that answers from a list, and says how sure it is."""

    answers: Mapping[tuple[str, ...], Sequence[str]]
    chances: Mapping[tuple[str, ...], float] = field(default_factory=dict)

    def rank(self, messages: Sequence[str], limit: int) -> list[str]:
        return list(self.answers.get(tuple(messages), ()))[:limit]

    def decide(self, messages: Sequence[str]) -> tuple[float, list[str]]:
        chance = self.chances.get(tuple(messages), 0.0)
        return chance, self.rank(messages, 3) if chance >= 0.5 else []


def asked(query_id: str, messages: Sequence[str], relevant: str, *acceptable: str) -> Query:
    return Query(query_id, tuple(messages), frozenset({relevant}), frozenset({relevant, *acceptable}))


def test_a_catalog_queries_examples_and_negatives_are_read_as_they_are_documented(
    tmp_path: Path, catalog: Path, queries: Path
) -> None:
    examples = jsonl(tmp_path / "examples.jsonl", [{"entry": "B", "text": "labels came late"}])
    negatives = tmp_path / "chatter.txt"
    negatives.write_text("lunch?\n\nrebased\n")

    material = read_material(catalog, queries, examples=examples, negatives=negatives)

    assert [item.entry_id for item in material.items] == ["A", "B", "C"]
    assert material.queries[0] == asked("q1", ["no space left on device"], "A")
    assert material.queries[1] == asked("1", ["handshake error", "the certificate ran out"], "C", "A")
    assert material.examples == (Example("B", "labels came late"),)
    assert material.negatives == ("lunch?", "rebased")


def test_incident_yaml_names_entries_by_slug(tmp_path: Path) -> None:
    queries = tmp_path / "incidents.yaml"
    queries.write_text("incidents:\n- id: one\n  messages: [loss is nan]\n  expected: [upstream-schema-change]\n")

    material = read_material(Path("catalog"), queries)

    (query,) = material.queries
    (entry_id,) = query.relevant
    assert entry_id.startswith("FM-")
    assert len(material.items) == 60


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ([{"text": "x", "relevant": ["Z"]}], "has no entry “Z”"),
        ([{"relevant": ["A"]}], "either `text` or `messages`"),
        ([{"text": "x"}], "`relevant`: Field required"),
        (["x"], "either `text` or `messages`|Field required"),
    ],
)
def test_a_label_that_cannot_be_right_is_told_with_its_line(
    tmp_path: Path, catalog: Path, rows: Sequence[object], sentence: str
) -> None:
    broken = jsonl(tmp_path / "broken.jsonl", [QUERIES[0], *rows])

    with pytest.raises(UserError, match=sentence) as told:
        read_material(catalog, broken)

    assert "broken.jsonl:2" in told.value.sentence


@pytest.mark.parametrize("content", [b"{", b"\xff\xfe", b"[" * 100_000])
def test_a_line_that_is_no_json_is_told_with_its_file(tmp_path: Path, catalog: Path, content: bytes) -> None:
    broken = tmp_path / "broken.jsonl"
    broken.write_bytes(content)

    with pytest.raises(UserError, match=r"broken\.jsonl"):
        read_material(catalog, broken)


def test_a_file_that_is_not_there_is_named(catalog: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"none\.jsonl cannot be read"):
        read_material(catalog, tmp_path / "none.jsonl")


def test_an_id_that_stands_twice_is_refused(tmp_path: Path, queries: Path) -> None:
    twice = jsonl(tmp_path / "twice.jsonl", [CATALOG[0], CATALOG[0]])

    with pytest.raises(UserError, match=r"twice\.jsonl:2.*stands there twice"):
        read_material(twice, queries)


def test_yaml_without_incidents_says_what_it_should_hold(tmp_path: Path, catalog: Path) -> None:
    empty = tmp_path / "incidents.yaml"
    empty.write_text("- a\n")

    with pytest.raises(UserError, match="holds no incidents"):
        read_material(catalog, empty)


def test_the_figures_of_ranking_are_those_of_the_textbook() -> None:
    answers = [Answer(1, 1, 1.0), Answer(3, 2, 2.0), Answer(0, 4, 3.0), Answer(8, 8, 4.0)]

    figures = quality(answers)

    assert figures["hit@1"] == 0.25
    assert figures["hit@3"] == 0.5
    assert figures["hit@5"] == 0.5
    assert figures["mrr@10"] == pytest.approx((1 + 1 / 3 + 0 + 1 / 8) / 4, abs=1e-4)
    assert figures["lenient@3"] == 0.5
    assert figures["lenient@5"] == 0.75
    assert latency(answers) == {"p50_ms": 2.5, "p95_ms": 3.85}


def test_nothing_asked_gives_no_figures_instead_of_zeros() -> None:
    assert set(quality([]).values()) == {None}
    assert set(intervals([]).values()) == {None}
    assert set(decisions([], []).values()) == {None}


def test_an_interval_holds_the_figure_and_is_the_same_again() -> None:
    answers = [Answer(rank % 4, rank % 4, 0.0) for rank in range(100)]

    low, high = intervals(answers)["hit@3"] or (0, 0)

    assert low < 0.75 < high
    assert intervals(answers)["hit@3"] == (low, high)


def test_coverage_precision_and_silence_are_counted_apart() -> None:
    incidents = [Decision(0.9, True, True), Decision(0.8, True, False), Decision(0.1, False, False)]

    figures = decisions(incidents, [Decision(0.2, False, False), Decision(0.7, True, False)])

    assert figures["coverage"] == pytest.approx(2 / 3, abs=1e-4)
    assert figures["precision"] == 0.5
    assert figures["silence"] == 0.5
    assert figures["calibration_error"] == pytest.approx((0.1 + 0.8 + 0.1 + 0.2 + 0.7) / 5, abs=1e-4)


def test_rank_counts_from_one_and_stops_at_ten() -> None:
    ranked = [str(number) for number in range(20)]

    assert rank_of({"2", "5"}, ranked) == 3
    assert rank_of({"15"}, ranked) == 0


def test_incidents_are_measured_by_message_and_as_a_whole() -> None:
    material = Material(
        (Item("A", {"title": "a"}), Item("B", {"title": "b"})),
        (asked("one", ["first", "second"], "A"), asked("two", ["third", "fourth"], "B")),
        negatives=("lunch?",),
    )
    engine = Recited(
        {("first",): ["A"], ("first", "second"): ["A"], ("third", "fourth"): ["A"]},
        {("first", "second"): 0.9, ("third", "fourth"): 0.6},
    )

    figures = measured(engine, material)

    assert figures["per_message"]["hit@1"] == 0.25
    assert figures["per_message"]["coverage"] == 0.0
    assert figures["per_incident"]["hit@1"] == 0.5
    assert figures["per_incident"]["coverage"] == 1.0
    assert figures["per_incident"]["precision"] == 0.5
    assert figures["per_incident"]["silence"] == 1.0
    assert figures["per_incident"]["shown_after"] == {"1": 0.0, "2": 1.0}


def test_our_own_engine_is_measured_with_noise_as_it_runs_live(catalog: Path, queries: Path) -> None:
    trial = Trial(Faultline(threshold=0.6), read_material(catalog, queries), ("typo", "chat"))

    figures = trial.run(Memory())

    assert set(figures) == {AS_GIVEN, "typo", "chat"}
    assert figures[AS_GIVEN]["hit@1"] == 1.0
    assert figures[AS_GIVEN]["per_incident"]["queries"] == 1


def test_everything_but_the_times_comes_out_the_same_again(catalog: Path, queries: Path) -> None:
    def run() -> dict[str, object]:
        figures = Trial(Faultline(threshold=0.6), read_material(catalog, queries), ("typo",)).run(Memory())["typo"]
        return {name: figures[name] for name in figures if not name.endswith(("_ms", "_s")) and "per_" not in name}

    assert run() == run()


def test_an_empty_catalog_and_no_queries_are_measured_as_such(tmp_path: Path) -> None:
    empty = jsonl(tmp_path / "empty.jsonl", [])

    figures = Trial(Faultline(threshold=0.6), read_material(empty, empty)).run(Memory())[AS_GIVEN]

    assert figures["hit@3"] is None


@given(st.text(), st.text(), st.sampled_from(sorted(NOISES)))
def test_noise_is_the_same_for_the_same_text(text: str, key: str, noise: str) -> None:
    assert NOISES[noise](text, key) == NOISES[noise](text, key)


def test_typos_damage_about_the_share_of_longer_words_that_is_documented() -> None:
    text = " ".join(["failure", "mode", "detector", "rollback", "disk"] * 400)

    damaged = [before != after for before, after in zip(text.split(), NOISES["typo"](text, "").split(), strict=True)]

    assert 0.12 < sum(damaged) / (3 * 400) < 0.18


def test_chat_keeps_the_first_words_that_mean_something() -> None:
    assert NOISES["chat"]("The loss of Model-7 is NaN, again!", "") == "loss model-7 nan"


def test_an_unknown_noise_is_answered_with_those_there_are() -> None:
    with pytest.raises(UserError, match=r"no noise called “wind”.*typo, chat"):
        known_noises(["wind"])
