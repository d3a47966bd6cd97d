"""What a write-up asks comes from a template; a faulty one is refused at the start with a sentence for each fault."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from store import Store
from tests.factories import RESPONDER, failure_mode, house
from workflows.entries.vocabulary import Vocabulary
from workflows.errors import InvalidForm, UserError
from workflows.writeups.submitting import StillMissing
from workflows.writeups.template import BUILT_IN, Template, built_in

CATALOG = Path(__file__).parents[2] / "catalog"
WHAT = {"title": "Cache grew", "symptom": "Memory climbs", "severity": "sev1"}
WHY = {"cause_category": "capacity", "latent_condition": "No limit was set", "trigger": "load", "domain": "serving"}


def ours() -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load(BUILT_IN.read_text(encoding="utf-8"))
    return document


def step(document: dict[str, Any], name: str) -> dict[str, Any]:
    return next(one for one in document["steps"] if one["name"] == name)


def loaded(document: Any, folder: Path) -> Template:
    path = folder / "template.yaml"
    path.write_text(yaml.safe_dump(document), encoding="utf-8")
    return Template.load(path, Vocabulary.load(CATALOG))


def test_an_organisation_asks_its_own_questions_in_its_own_order(tmp_path: Path) -> None:
    document = ours()
    document["lengths"] = []
    document["steps"] = [step(document, name) for name in ("what", "lessons", "why")]
    step(document, "lessons")["fields"].append(
        {"key": "regulator", "label": "Was a regulator told?", "kind": "choice", "options": {"yes": "Yes", "no": "No"}}
    )

    template = loaded(document, tmp_path)

    assert [one.name for one in template.steps_for("sev4")] == ["what", "lessons", "why"]
    assert "regulator" in template.questions


FAULTS: dict[str, tuple[Callable[[dict[str, Any]], Any], str]] = {
    "a field twice": (lambda one: step(one, "why")["fields"].append(step(one, "why")["fields"][0]), "two fields have"),
    "a step twice": (lambda one: one["steps"].append(step(one, "why")), "two steps are named why"),
    "what entries need": (lambda one: one["steps"].remove(step(one, "why")), "no step asks for cause_category"),
    "another meaning": (lambda one: step(one, "what")["fields"][1].update(kind="number"), "symptom is a text"),
    "no such kind": (lambda one: step(one, "what")["fields"][1].update(kind="poem"), "steps.0.fields.1.kind"),
    "no such step": (lambda one: one["lengths"][0]["steps"].append("epilogue"), "epilogue, which is no step"),
    "no such severity": (lambda one: one["lengths"][0]["severities"].append("sev9"), "there is no severity sev9"),
    "no such vocabulary": (
        lambda one: step(one, "luck")["fields"].append(
            {"key": "mood", "label": "Mood?", "kind": "choice", "vocabulary": "moods"}
        ),
        "mood asks for a moods",
    ),
    "what repeats is torn apart": (
        lambda one: step(one, "impact")["repeats"][0]["fields"].remove("kpi_low"),
        "do not stand next to each other",
    ),
    "what repeats is too much": (
        lambda one: step(one, "impact")["repeats"][0].update(most=9),
        "more than the 40 fields of a form",
    ),
    "a key like a repeated one": (
        lambda one: step(one, "luck")["fields"].append({"key": "kpi_2", "label": "Another?", "kind": "line"}),
        "two fields have the key kpi_2",
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_faulty_template_is_refused_with_a_sentence(fault: str, tmp_path: Path) -> None:
    spoil, sentence = FAULTS[fault]
    document = ours()
    spoil(document)

    with pytest.raises(UserError, match=sentence):
        loaded(document, tmp_path)


def test_a_file_that_is_no_template_at_all_is_named(tmp_path: Path) -> None:
    (tmp_path / "broken.yaml").write_text("steps: [", encoding="utf-8")

    with pytest.raises(UserError, match=r"broken\.yaml is no YAML"):
        Template.load(tmp_path / "broken.yaml", Vocabulary.load(CATALOG))
    with pytest.raises(UserError, match="correct FAULTLINE_WRITEUP_TEMPLATE"):
        Template.load(tmp_path / "missing.yaml", Vocabulary.load(CATALOG))


def test_what_repeats_is_asked_as_often_as_it_is_answered_or_shown() -> None:
    template = built_in()
    impact = template.step_named("impact")
    assert impact is not None

    once = [one.key for one in impact.asked({})]
    twice = [one.key for one in impact.asked({"kpi_high_2": "3"})]
    thrice = [one.key for one in impact.asked({}, {"kpi": 3})]

    assert once.index("kpi_basis") + 1 == once.index("started")
    assert twice[twice.index("kpi_basis") + 1 : twice.index("started")] == [f"{key}_2" for key in once[:6]]
    assert (thrice.count("kpi_3"), thrice.count("kpi_4")) == (1, 0)


def test_several_conditions_figures_and_detectors_stand_in_the_new_entry(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    number = lived.writeups.start(RESPONDER, channel_id="CINC").id
    figure = {"kpi_direction": "down", "kpi_low": "2", "kpi_high": "4", "kpi_unit": "percent", "kpi_basis": "measured"}
    second = {f"{key}_2": text for key, text in figure.items()}
    given = {
        "what": WHAT,
        "impact": {"kpi": "conversion", **figure, "kpi_2": "revenue", **second},
        "why": {
            **WHY, "certainty": "known", "trigger_certainty": "guess", "latent_condition_2": "Nobody watched it",
            "certainty_2": "guess",
        },
        "detection": {
            "detector_metric": "rss", "detector_comparison": "gt", "detector_threshold": "10 GB",
            "detector_window": "5m", "detector_metric_3": "evictions", "detector_comparison_3": "lt",
            "detector_threshold_3": "1", "detector_window_3": "1h",
        },
    }  # fmt: skip
    for name, answers in given.items():
        lived.writeups.save(number, name, answers, RESPONDER, version=0)

    submitted = lived.submitting.submit(number, ["new", "case_study:FM-0001"], RESPONDER)

    document = lived.catalog.entry(str(submitted.results["new"]["entry"]), RESPONDER).document
    assert [(one.text, one.certainty) for one in document.latent_conditions] == [
        ("No limit was set", "known"), ("Nobody watched it", "guess"),
    ]  # fmt: skip
    assert [(one.kpi, one.low, one.high, one.basis) for one in document.business_impact] == [
        ("conversion", 2, 4, "measured"), ("revenue", 2, 4, "measured"),
    ]  # fmt: skip
    assert [(one.kind, one.certainty) for one in document.triggers] == [("load", "guess")]
    assert [(one.metric, one.threshold) for one in document.detectors] == [("rss", 10), ("evictions", 1)]


def test_a_range_that_cannot_be_is_named_at_the_figure_it_belongs_to(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    number = lived.writeups.start(RESPONDER, channel_id="CINC").id

    with pytest.raises(InvalidForm) as refused:
        lived.writeups.save(number, "impact", {"kpi_low_2": "5", "kpi_high_2": "4"}, RESPONDER, version=0)

    assert set(refused.value.fields) == {"kpi_high_2"}


def test_who_took_part_is_a_list_of_people_and_nothing_else(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    number = lived.writeups.start(RESPONDER, channel_id="CINC").id

    saved = lived.writeups.save(number, "what", {**WHAT, "people": "UONE,UTWO"}, RESPONDER, version=0)
    assert saved.writeup.answers["people"] == "UONE,UTWO"

    with pytest.raises(InvalidForm, match="Choose people"):
        lived.writeups.save(number, "what", {**WHAT, "people": "<!channel>"}, RESPONDER, version=1)


def test_what_a_new_entry_needs_is_asked_for_by_the_name_of_its_step(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path, failure_mode(1))
    number = lived.writeups.start(RESPONDER, channel_id="CINC").id
    lived.writeups.save(number, "what", WHAT, RESPONDER, version=0)

    with pytest.raises(StillMissing, match="Why it could happen"):
        lived.submitting.submit(number, ["new"], RESPONDER)


def test_a_mandatory_question_of_the_organisation_is_missed_in_the_progress_and_keeps_nothing_from_being_submitted(
    store: Store, tmp_path: Path
) -> None:
    document = ours()
    step(document, "lessons")["fields"].append(
        {"key": "told", "label": "Who was told?", "kind": "line", "required": True}
    )
    lived = house(store, tmp_path)
    writeups = replace(lived.writeups, template=loaded(document, tmp_path))
    number = writeups.start(RESPONDER, channel_id="CINC").id
    lessons = writeups.template.step_named("lessons")
    assert lessons is not None
    writeups.save(number, "what", WHAT, RESPONDER, version=0)
    writeups.save(number, "why", WHY, RESPONDER, version=0)
    with pytest.raises(InvalidForm) as refused:
        writeups.save(number, "lessons", {"lesson": "Set a limit"}, RESPONDER, version=0)

    assert set(refused.value.fields) == {"told"}
    shown = writeups.open(number, RESPONDER)
    assert "told" in [one.key for one in shown.missing(lessons)]
    assert not shown.is_done(lessons)
    submitted = replace(lived.submitting, writeups=writeups).submit(number, ["new"], RESPONDER)
    assert "entry" in submitted.results["new"]
