"""Catalogs of others become drafts, once each, and never touch what people wrote or published here."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from store import Store
from tests.factories import STEWARD, House, house
from workflows.entries.catalog import Entry
from workflows.entries.importing import InvalidCatalog
from workflows.entries.ledger import Change, change_entry, take_entry
from workflows.entries.vocabulary import Vocabulary
from workflows.errors import UserError
from workflows.exchange.imports import Imports, Report
from workflows.people import OPERATOR

PILOT_VOCABULARY = Vocabulary.load(Path(__file__).parents[2] / "catalog")

# In the layout of ATLAS.yaml 4.5 and later; names and ids are MITRE's (Apache-2.0), the sentences are our own.
ATLAS: dict[str, Any] = {
    "id": "ATLAS",
    "name": "Adversarial Threat Landscape for AI Systems",
    "version": "5.0.1",
    "matrices": [
        {
            "id": "ATLAS",
            "tactics": [
                {"id": "AML.TA0002", "name": "Reconnaissance", "object-type": "tactic", "description": "Look."}
            ],
            "techniques": [
                {
                    "id": "AML.T0051",
                    "name": "LLM Prompt Injection",
                    "object-type": "technique",
                    "description": "Somebody writes text that the model obeys ([Jailbreak](/techniques/AML.T0054)).\n\n"
                    "It may come in by way of a document.\n",
                    "tactics": ["AML.TA0002"],
                    "ATT&CK-reference": {"id": "T1059", "url": "https://attack.mitre.org/techniques/T1059/"},
                    "maturity": "realized",
                },
                {
                    "id": "AML.T0051.001",
                    "name": "Indirect",
                    "object-type": "technique",
                    "description": "The text waits in a page that the model will read.",
                    "subtechnique-of": "AML.T0051",
                    "maturity": "demonstrated",
                },
            ],
            "mitigations": [
                {
                    "id": "AML.M0020",
                    "name": "Generative AI Guardrails",
                    "object-type": "mitigation",
                    "description": "Put a filter between the model and people.",
                    "techniques": [{"id": "AML.T0051", "use": "Refuse answers that follow planted orders."}],
                },
                {
                    "id": "AML.M0024",
                    "name": "AI Telemetry Logging",
                    "object-type": "mitigation",
                    "description": "Keep what went in and out. It shows attacks.",
                    "techniques": ["AML.T0051", "AML.T0051.001"],
                },
            ],
        }
    ],
    "case-studies": [
        {
            "id": "AML.CS0020",
            "name": "A page that speaks to an assistant",
            "object-type": "case-study",
            "summary": "A page carried orders that nobody saw.",
            "incident-date": "2023-02-01",
            "incident-date-granularity": "MONTH",
            "procedure": [
                {"tactic": "AML.TA0002", "technique": "AML.T0051.001", "description": "The page hid its orders."},
            ],
            "target": "A chat assistant",
            "case-study-type": "exercise",
            "references": [{"title": "The write-up", "url": "https://example.com/write-up"}],
        }
    ],
}
AVID: dict[str, Any] = {
    "data_type": "AVID",
    "data_version": "0.2",
    "metadata": {"report_id": "AVID-2026-R9001"},
    "affects": {"developer": ["a maker"], "deployer": [], "artifacts": [{"type": "System", "name": "a-system"}]},
    "problemtype": {"classof": "CVE Entry", "description": {"lang": "eng", "value": "Viewers may change models"}},
    "references": [{"type": "source", "label": "The advisory", "url": "https://example.com/advisory"}],
    "description": {"lang": "eng", "value": "People who may only look can change models. Nothing checks it."},
    "impact": {
        "avid": {
            "risk_domain": ["Security"],
            "sep_view": ["S0100: Software Vulnerability"],
            "lifecycle_view": [{"id": "L06", "stage": "Deployment"}],
            "taxonomy_version": "0.2",
        },
        "cvss": {"version": "3.0", "baseSeverity": "HIGH"},
        "cwe": [{"cweId": "CWE-863", "description": "Incorrect Authorization"}],
    },
}
POSTMORTEM = """\
---

uuid: "9f0c"
url: "https://example.com/post"
start_time: 2024-05-06T07:08:09Z
end_time: ""
categories:
- postmortem
- config-change
company: "A Company"
product: "Scores"
keywords: [bad push]

---

A new limit was pushed everywhere at once and refused every request. It was put [back](https://example.com/x) by hand.
"""
TABLE = """\
Name;Severity;Team;Steps;Also known as;What;ID
Feature store is stale;High;data;Switch to the snapshot; stop the job;stale features;Old values are served.;7
"""


def imports(lived: House) -> Imports:
    return Imports(lived.catalog, PILOT_VOCABULARY)


def take(lived: House, source: str, *paths: Path, **options: Any) -> Report:
    return imports(lived).import_source(source, paths, OPERATOR, **options)


def drafts(lived: House) -> list[Entry]:
    return lived.catalog.entries(OPERATOR, statuses=["draft"])


def atlas_file(folder: Path, atlas: dict[str, Any] = ATLAS) -> Path:
    path = folder / "ATLAS.yaml"
    path.write_text(yaml.safe_dump(atlas, sort_keys=False))
    return path


def test_atlas_techniques_become_drafts_with_their_mitigations_and_case_studies(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)

    report = take(lived, "atlas", atlas_file(tmp_path))

    whole, part = (entry.document for entry in drafts(lived))
    assert report.number("added") == 2
    assert whole.origin is not None
    assert whole.origin.model_dump() == {
        "source": "MITRE ATLAS", "id": "AML.T0051", "version": "5.0.1", "licence": "Apache-2.0",
        "uri": "https://atlas.mitre.org/techniques/AML.T0051",
    }  # fmt: skip
    assert whole.title == "LLM Prompt Injection"
    assert whole.symptom == "Somebody writes text that the model obeys (Jailbreak)."
    assert [(one.title, one.use) for one in whole.mitigations] == [
        ("Generative AI Guardrails", "Refuse answers that follow planted orders."),
        ("AI Telemetry Logging", None),
    ]
    assert [(one.scheme, one.id) for one in whole.taxonomy_maps] == [
        ("MITRE ATLAS", "AML.T0051"), ("MITRE ATLAS tactic", "AML.TA0002"), ("MITRE ATT&CK", "T1059"),
    ]  # fmt: skip
    assert (whole.confidence, part.confidence) == ("observed", "reproduced")
    assert [(one.type, one.slug) for one in part.related] == [("broader", "llm-prompt-injection")]
    assert [(one.key, one.type, one.status, one.tried) for one in part.case_studies] == [
        ("aml-cs0020", "exercise", "draft", "The page hid its orders.")
    ]
    assert part.case_studies[0].timeline[0].when == "2023-02"


def test_avid_records_become_drafts(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    (tmp_path / "avid" / "2026").mkdir(parents=True)
    (tmp_path / "avid" / "2026" / "AVID-2026-R9001.json").write_text(json.dumps(AVID))

    take(lived, "avid", tmp_path / "avid")

    (draft,) = (entry.document for entry in drafts(lived))
    assert draft.title == "Viewers may change models"
    assert draft.summary == "People who may only look can change models."
    assert (draft.severity.typical, draft.domain, draft.lifecycle_stage) == ("sev2", "security", "deployment")
    assert [(one.scheme, one.id, one.version) for one in draft.taxonomy_maps] == [
        ("AVID", "AVID-2026-R9001", "0.2"), ("AVID taxonomy", "S0100", "0.2"), ("AVID taxonomy", "L06", "0.2"),
        ("CWE", "CWE-863", None),
    ]  # fmt: skip
    assert draft.origin is not None
    assert draft.origin.licence == "MIT"
    assert draft.applies_when == "Observed in a-system of a maker."


def test_postmortems_become_drafts_with_what_happened_as_a_case_study(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "9f0c.md").write_text(POSTMORTEM)
    (tmp_path / "data" / "README.md").write_text("# No front matter\n")

    report = take(lived, "postmortems", tmp_path / "data")

    (draft,) = (entry.document for entry in drafts(lived))
    study = draft.case_studies[0]
    assert draft.cause_category == "config-change"
    assert study.situation.endswith("It was put back by hand.")
    assert [(point.when, point.text) for point in study.timeline] == [("2024-05-06", "It began.")]
    assert study.origin is not None
    assert study.origin.text == "A Company Scores"
    assert draft.evidence[0].uri == "https://example.com/post"
    assert draft.origin is not None
    assert draft.origin.licence is None
    assert any("README.md has no front matter" in note for note in report.notes)


def test_rows_of_a_table_become_drafts_by_the_names_of_its_columns_or_by_a_mapping(
    store: Store, tmp_path: Path
) -> None:
    lived = house(store, tmp_path)
    path = tmp_path / "modes.csv"
    path.write_text(TABLE.replace("Switch to the snapshot; stop the job", '"Switch to the snapshot; stop the job"'))

    take(lived, "csv", path, columns={"symptom": "What"})

    (draft,) = (entry.document for entry in drafts(lived))
    assert (draft.title, draft.severity.typical, draft.domain) == ("Feature store is stale", "sev2", "data")
    assert draft.mitigations[0].checklist == ["Switch to the snapshot", "stop the job"]
    assert draft.aliases == ["stale features"]
    assert draft.symptom == "Old values are served."
    assert draft.origin is not None
    assert (draft.origin.source, draft.origin.id) == ("csv:modes.csv", "7")


@pytest.mark.parametrize("source", ["atlas", "avid", "postmortems", "csv"])
def test_what_came_before_changes_nothing_and_a_dry_run_never_does(store: Store, tmp_path: Path, source: str) -> None:
    lived = house(store, tmp_path)
    path = {
        "atlas": lambda: atlas_file(tmp_path),
        "avid": lambda: written(tmp_path / "one.json", json.dumps([AVID])),
        "postmortems": lambda: written(tmp_path / "one.md", POSTMORTEM),
        "csv": lambda: written(tmp_path / "one.csv", "title,severity\nIt breaks,low\n"),
    }[source]()

    dry = take(lived, source, path, dry_run=True)
    nothing = drafts(lived)
    first = take(lived, source, path)
    second = take(lived, source, path)

    assert nothing == []
    assert [change.entry_id for change in dry.changes] == [change.entry_id for change in first.changes]
    assert len(first.changes) >= 1
    assert (second.changes, second.unchanged) == ((), len(first.changes))


def written(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


def test_a_changed_source_changes_only_drafts_that_nobody_edited(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    take(lived, "atlas", atlas_file(tmp_path))
    edited, unedited = (entry.id for entry in drafts(lived))
    with store.begin() as tx:
        known = take_entry(tx, edited)
        document = lived.catalog.entry(edited, OPERATOR).document.model_copy(update={"title": "Ours"})
        change_entry(tx, known, document, Change("edit", STEWARD.user_id, "clearer"), lived.clock.now)
    newer = yaml.safe_load(
        yaml.safe_dump(ATLAS).replace("waits in a page", "hides in a page").replace("obeys", "follows")
    )

    report = take(lived, "atlas", atlas_file(tmp_path, newer))

    assert [(change.entry_id, change.kind) for change in report.changes] == [(unedited, "changed")]
    assert lived.catalog.entry(edited, OPERATOR).document.title == "Ours"
    assert "hides" in lived.catalog.entry(unedited, OPERATOR).document.symptom
    assert any("AML.T0051 was left alone" in note for note in report.notes)


@pytest.mark.parametrize(
    ("source", "content", "sentence"),
    [
        ("atlas", "a: &x [1]\nb: *x\n", r":2: aliases"),
        ("atlas", "matrices: {}\n", "no ATLAS.yaml"),
        ("atlas", "[" * 5000, "nested deeper"),
        ("avid", "[" * 100_000, "not readable as JSON"),
        ("avid", '{"a":\n NaN}', "NaN is no JSON"),
        ("avid", '{"data_type": "AVID"}', "no AVID record"),
        ("avid", '{"a"\n1}', r":2: this is not readable as JSON"),
        ("postmortems", "---\na: &x [1]\nb: *x\n---\ntext\n", r":3: aliases"),
        ("postmortems", "---\na: 1\n", "no end"),
        ("postmortems", "\udcff", "not UTF-8"),
        ("csv", "title\n" + "x" * 200_000 + "\n", "not readable as CSV"),
        ("csv", "title,severity\n,low\n", r":2: this row has no title"),
        ("csv", "title\nOne\nOne\n", "one is given twice"),
        ("csv", "title\nOne\n" * 25_000, "more than 20000 rows"),
    ],
)
def test_what_cannot_be_taken_is_named_with_its_place_and_nothing_is_kept(
    store: Store, tmp_path: Path, source: str, content: str, sentence: str
) -> None:
    lived = house(store, tmp_path)
    path = tmp_path / "of-others"
    path.write_bytes(content.encode("utf-8", "surrogateescape"))

    with pytest.raises(InvalidCatalog, match=sentence):
        take(lived, source, path)

    assert drafts(lived) == []


@pytest.mark.parametrize(
    ("columns", "sentence"),
    [
        ({"titel": "Name"}, "no field titel"),
        ({"title": "Nome"}, "no column 'Nome'"),
        ({}, "No column holds the title"),
    ],
)
def test_a_mapping_that_does_not_fit_says_what_there_is(
    store: Store, tmp_path: Path, columns: dict[str, str], sentence: str
) -> None:
    lived = house(store, tmp_path)

    with pytest.raises(UserError, match=sentence):
        take(lived, "csv", written(tmp_path / "a.csv", "What breaks,How bad\nIt,low\n"), columns=columns)


def test_a_title_that_is_taken_gets_a_slug_of_its_own_and_unknown_terms_a_default(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    long = "A title that goes on and on and says the same thing again and again until nobody reads it any more"
    path = written(tmp_path / "a.csv", f"id,title,domain,severity\n1,GPU OOM,moon,dreadful\n2,{long},data,low\n")

    report = take(lived, "csv", path)

    first, second = (entry.document for entry in drafts(lived))
    assert first.slug == "gpu-oom-2"
    assert (first.domain, first.severity.typical) == ("platform", "sev3")
    assert len(second.title) <= 80
    assert second.aliases == [long]
    assert {"line 2: domain has no term 'moon', so platform was taken", "2: title was clipped to 80 characters"} <= set(
        report.notes
    )
