"""An entry and its file say the same, and a file that somebody wrote keeps everything that did not change."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.factories import failure_mode
from tests.strategies import NASTY, failure_modes, field_values
from workflows.entries.document import FailureMode
from workflows.entries.yamlfile import safe_yaml
from workflows.exchange import handwritten
from workflows.exchange.yamltext import WIDTH, entry_text

PILOT = sorted((Path(__file__).parents[2] / "catalog" / "entries").glob("*.yaml"))
patiently = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])

BY_HAND = """\
# Written by the serving team.
schema_version: 2
id: "FM-0001"   # never changes
slug: gpu-oom

title: 'GPU runs out of memory'
symptom: Processes die with an allocation
  failure on the accelerator.
aliases: [CUDA OOM, "out of memory"]
cause_category: capacity   # see the vocabulary
severity:
    typical: sev2        # usually
    worst_credible: sev1
    # Nobody has seen worse.
    rationale: >-
        A replica restarts,
        and others carry the load.
mitigations:
# what to do first
- title: Contain it
  kind: contain
  checklist:
  - Drain the pool   # within a minute
  # then
  - "Restart it"
  owner: serving rota
  rollback:
    possible: true   # always
    text: Put it back.
  # to be tried out
  fallback: Serve from the cache.

# what lasts
- title: Bound the batch
  kind: prevent
  checklist: [Set a limit]
  owner: serving rota
domain: serving
# the end
"""


def read(text: str) -> FailureMode:
    return FailureMode.model_validate(safe_yaml(text.encode()))


def changed(**fields: Any) -> str:
    """Return the file above after these fields of its entry changed."""
    document = read(BY_HAND).model_dump()
    return handwritten.changed_text(BY_HAND.encode(), FailureMode.model_validate({**document, **fields}))


def with_remedy(place: int, **fields: Any) -> list[dict[str, Any]]:
    remedies: list[dict[str, Any]] = read(BY_HAND).model_dump()["mitigations"]
    return [{**remedy, **fields} if nth == place else remedy for nth, remedy in enumerate(remedies)]


def comments(text: str) -> list[str]:
    return [line.partition("#")[2] for line in text.splitlines() if "#" in line]


@patiently
@given(failure_modes())
def test_an_entry_and_its_text_say_the_same_and_writing_it_again_is_the_same_text(entry: FailureMode) -> None:
    text = entry_text(entry)

    assert read(text) == entry
    assert entry_text(read(text)) == text


@pytest.mark.parametrize("nasty", NASTY)
def test_text_that_looks_like_something_else_stays_text(nasty: str) -> None:
    entry = failure_mode(symptom=f"{nasty}", aliases=[nasty], summary=nasty[:280])

    assert read(entry_text(entry)) == entry


def test_two_blanks_stay_two_wherever_a_line_would_break() -> None:
    entry = failure_mode(patterns=[{"pattern": "a/b", "use": "w " * before + " " + "l" * 90} for before in range(50)])

    assert read(entry_text(entry)) == entry


def test_text_is_written_as_the_catalog_writes_it() -> None:
    entry = failure_mode(
        symptom="Something is wrong. " * 8, aliases=["yes", "two words"], contributing_causes=["capacity"]
    )

    lines = entry_text(entry).splitlines()

    assert lines[:3] == ["schema_version: 2", "id: FM-0001", "slug: failure-mode-1"]
    assert lines[lines.index("symptom: >-") + 1].startswith("  Something is wrong.")
    assert lines[lines.index("aliases:") :][:3] == ["aliases:", "  - 'yes'", "  - two words"]
    assert "contributing_causes: [capacity]" in lines
    assert "intent: unintentional" not in lines
    assert max(len(line) for line in lines) <= WIDTH


@pytest.mark.parametrize("path", PILOT, ids=lambda path: path.stem)
def test_the_pilot_entries_written_anew_read_as_before_and_fit_the_width(path: Path) -> None:
    entry = read(path.read_text())

    text = entry_text(entry)

    assert read(text) == entry
    assert [line for line in text.splitlines() if len(line) > WIDTH and "http" not in line] == []


def test_a_changed_word_changes_its_line_alone() -> None:
    assert changed(cause_category="data-contract") == BY_HAND.replace(
        "cause_category: capacity   #", "cause_category: data-contract   #"
    )


def test_a_changed_field_within_a_part_leaves_its_neighbours() -> None:
    severity = {**read(BY_HAND).severity.model_dump(), "typical": "sev3"}

    assert changed(severity=severity) == BY_HAND.replace("typical: sev2 ", "typical: sev3 ")


def test_a_changed_step_leaves_the_other_steps_and_all_comments() -> None:
    steps = ["Drain the pool", "Look around", "Restart it twice"]

    text = changed(mitigations=with_remedy(0, checklist=steps))

    was, now = '  # then\n  - "Restart it"', "  - Look around\n  # then\n  - Restart it twice"
    assert text == BY_HAND.replace(was, now)


def test_a_remedy_put_in_or_taken_out_leaves_the_other() -> None:
    first, second = with_remedy(0)

    taken_out = changed(mitigations=[second])
    put_in = changed(mitigations=[first, {**second, "title": "Page somebody"}, second])

    assert "Contain it" not in taken_out
    assert taken_out.endswith(BY_HAND[BY_HAND.index("# what lasts") :])
    assert "- title: Page somebody\n  kind: prevent\n" in put_in
    assert comments(put_in) == comments(BY_HAND)


def test_a_field_that_appears_stands_where_the_document_has_it_and_one_that_goes_leaves_comments() -> None:
    appeared = changed(summary="In short.", failure_mechanism="It leaks.")
    gone = changed(mitigations=with_remedy(0, fallback=None))

    assert "title: 'GPU runs out of memory'\nsummary: In short.\nsymptom:" in appeared
    assert "cause_category: capacity   # see the vocabulary\nfailure_mechanism: It leaks.\nseverity:" in appeared
    assert gone == BY_HAND.replace("  fallback: Serve from the cache.\n", "")


def test_a_list_in_brackets_stays_in_brackets() -> None:
    assert "aliases: [CUDA OOM, out of memory, oom]\n" in changed(aliases=["CUDA OOM", "out of memory", "oom"])


def test_a_default_that_was_written_out_is_kept_and_changed_where_it_stands() -> None:
    rollback = {"possible": False, "text": "Put it back."}

    text = changed(mitigations=with_remedy(0, rollback=rollback))

    assert text == BY_HAND.replace("possible: true ", "possible: false ")


def test_an_older_schema_is_brought_up_to_date_where_it_has_to_be() -> None:
    older = BY_HAND.replace("schema_version: 2\n", "").replace("domain: serving", "domain: serving\nauthors: [support]")
    entry = read(older)

    text = handwritten.changed_text(older.encode(), entry.model_copy(update={"title": "Out of memory"}))

    assert "schema_version: 2\n" in text
    assert comments(text) == comments(BY_HAND)
    assert read(text) == entry.model_copy(update={"title": "Out of memory"})


def test_windows_line_ends_stay() -> None:
    entry = read(BY_HAND).model_copy(update={"title": "Out of memory"})

    text = handwritten.changed_text(BY_HAND.replace("\n", "\r\n").encode(), entry)

    assert text.count("\n") == text.count("\r\n") == BY_HAND.count("\n")


def test_a_file_in_a_layout_that_cannot_be_cut_is_written_anew() -> None:
    entry = read(BY_HAND)
    in_brackets = entry.model_dump_json()

    text = handwritten.changed_text(in_brackets.encode(), entry.model_copy(update={"title": "Out of memory"}))

    assert read(text).title == "Out of memory"


@patiently
@given(st.data())
def test_whatever_field_changes_the_file_says_it_and_keeps_what_stands_above_other_fields(data: st.DataObject) -> None:
    name = data.draw(
        st.sampled_from([name for name in FailureMode.model_fields if name not in {"schema_version", "id"}])
    )
    value = data.draw(field_values(name))
    wanted = FailureMode.model_validate({**read(BY_HAND).model_dump(), name: value})

    text = handwritten.changed_text(BY_HAND.encode(), wanted)

    assert read(text) == wanted
    assert comments(BY_HAND)[0] in comments(text)
    assert comments(BY_HAND)[-1] in comments(text)


@patiently
@given(failure_modes(number=1), failure_modes(number=1))
def test_any_entry_can_become_any_other_in_its_file(before: FailureMode, after: FailureMode) -> None:
    text = handwritten.changed_text(entry_text(before).encode(), after)

    assert read(text) == after
    assert handwritten.changed_text(text.encode(), after) == text
