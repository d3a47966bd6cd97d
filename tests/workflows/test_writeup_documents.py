"""A write-up as a document that can be handed on."""

import json
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from store import Store
from tests.factories import RESPONDER, House, house
from workflows.writeups.documents import _plain, as_json, as_markdown, file_name
from workflows.writeups.lists import Action, Lists, Point
from workflows.writeups.writeup import WriteUp

LIVE = ("<em>", "<strong>", "<h1>", "<h2>", "<code>", "<a ", "<blockquote>", "<ol", "<ul", "<pre>", "<hr")
HOSTILE = "# not a heading <script>alert(1)</script> | *bold* [link](http://x)\n- no list"


def written(lived: House, symptom: str = "Memory climbs") -> WriteUp:
    number = lived.writeups.start(RESPONDER, channel_id=None).id
    said = {"title": "Cache grew without bound", "symptom": symptom, "severity": "sev2", "aliases": "leak\nrss"}
    lived.writeups.save(number, "what", said, RESPONDER, version=0)
    lists = Lists(lived.writeups)
    lists.add_point(number, Point("The cache filled | up", lived.clock()), RESPONDER, key="a")
    return lists.add_action(number, Action("Bound the cache", "UOWNER", "2026-03-09"), RESPONDER, key="b")


def drawn(lived: House, writeup: WriteUp) -> str:
    return as_markdown(writeup, lived.writeups.vocabulary, {RESPONDER.user_id: "Rea", "UOWNER": "Omar"}.__getitem__)


def test_a_document_holds_answers_timeline_and_actions_with_names(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)

    document = drawn(lived, written(lived))

    for part in (
        "# Cache grew without bound",
        "Memory climbs",
        "- leak",
        "| Bound the cache | Omar | 2026-03-09 |",
        "Rea",
    ):
        assert part in document
    assert "By how much" not in document  # nobody answered it


def test_figures_stand_in_a_table_and_how_long_it_took_at_the_head(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    number = written(lived).id
    figures = {
        "kpi": "conversion | a", "kpi_direction": "down", "kpi_high": "4", "kpi_2": "revenue", "kpi_high_2": "7",
        "started": "2026-02-28T09:00:00+00:00", "detected": "2026-02-28T09:12:00+00:00",
        "resolved": "2026-03-01T10:00:00+00:00",
    }  # fmt: skip
    saved = lived.writeups.save(number, "impact", figures, RESPONDER, version=1)

    document = drawn(lived, saved.writeup)

    assert "| Detected after | 12 min |" in document
    assert "| Resolved after | 1 d 1 h |" in document
    table = "| Which figure moved? | Which way? | By how much at most? |\n|---|---|---|\n"
    assert table + "| conversion \\| a | It went down | 4 |\n| revenue |  | 7 |\n" in document


def test_what_people_typed_stays_text(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)

    html = MarkdownIt("commonmark").enable("table").render(drawn(lived, written(lived, HOSTILE)))

    assert "<script>" not in html
    assert 'href="http://x"' not in html
    assert html.count("<h1>") == 1


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="#*_[]()<>|`\\-+=~1.) \nab", max_size=60))
def test_any_text_is_shown_as_it_was_typed(text: str) -> None:
    html = MarkdownIt("commonmark").render(f"x {_plain(text)}")

    assert not any(
        tag in html for tag in ("<em>", "<strong>", "<h1>", "<h2>", "<code>", "<a ", "<blockquote>", "<ol", "<ul")
    )


def test_machines_get_all_of_it(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)

    told = json.loads(json.dumps(as_json(written(lived))))

    assert told["answers"]["severity"] == "sev2"
    assert told["timeline"][0]["text"] == "The cache filled | up"
    assert told["follow_ups"][0]["owner"] == "UOWNER"


def test_a_document_is_named_by_number_and_subject(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)

    writeup = written(lived)

    assert file_name(writeup) == f"{writeup.id:04d}-cache-grew-without-bound.md"
