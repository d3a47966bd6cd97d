"""What leaves the catalog: whole, the same each time, and never what is not meant for everybody."""

import csv
import io
import json
import shutil
from pathlib import Path, PurePosixPath
from typing import get_args
from urllib.parse import unquote

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from store import Store
from tests.doubles import StillClock
from tests.factories import COLD_START, GPU_OOM, RESPONDER, SCHEMA_CHANGE, House, failure_mode, house, write_catalog
from tests.strategies import NASTY, failure_modes
from workflows.entries.document import FailureMode
from workflows.entries.entry import Entry
from workflows.entries.importing import read_catalog
from workflows.entries.vocabulary import Vocabulary
from workflows.errors import UserError
from workflows.exchange.exports import Exports, Format
from workflows.exchange.folder import TargetFolder
from workflows.exchange.imports import Imports
from workflows.exchange.markdown import inline, link, paragraphs
from workflows.exchange.site import site_files
from workflows.exchange.tables import COLUMNS, entries_as_csv
from workflows.exchange.yamlfiles import write_entries
from workflows.people import OPERATOR

CATALOG = Path(__file__).parents[2] / "catalog"
patiently = settings(deadline=None, max_examples=25, suppress_health_check=list(HealthCheck))


def exports(lived: House) -> Exports:
    folder = CATALOG
    return Exports(lived.catalog, Vocabulary.load(folder), folder / "vocabulary.yaml")


def content(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def entry(document: FailureMode) -> Entry:
    return Entry(document, 1, None, StillClock().now, None, None, None)


def rename(lived: House, folder: Path, document: FailureMode, slug: str) -> None:
    """Give the entry another slug by way of an import."""
    changed = write_catalog(folder / "renamed", document.model_copy(update={"slug": slug}))
    lived.catalog.import_folder(changed)


def test_the_pilot_exported_into_its_own_folder_stays_as_it_is_to_the_byte(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    copy = tmp_path / "copy"
    shutil.copytree(CATALOG, copy)
    lived.catalog.import_folder(copy)

    done = exports(lived).export(copy, "yaml", OPERATOR, prune=True)

    assert done.written is not None
    assert not done.written.added
    assert not done.written.changed
    assert not done.written.gone
    assert content(copy) == content(CATALOG)


def test_an_export_taken_in_and_exported_again_is_the_same_to_the_byte(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    with store.begin() as tx:
        tx.entries.verified("FM-0001", by="U1", at=lived.clock.now)
    exports(lived).export(tmp_path / "one", "yaml", OPERATOR)
    before = content(tmp_path / "one")

    report = Imports(lived.catalog, Vocabulary.load(CATALOG)).import_folder(
        write_vocabulary(tmp_path / "one", tmp_path / "catalog"), OPERATOR
    )
    exports(lived).export(tmp_path / "one", "yaml", OPERATOR)
    exports(lived).export(tmp_path / "two", "yaml", OPERATOR)

    assert (report.changes, report.unchanged) == ((), 3)
    assert f"last_verified: {lived.clock.now:%Y-%m-%d}\n".encode() in before["entries/FM-0001-gpu-oom.yaml"]
    assert {name: text for name, text in content(tmp_path / "one").items() if "entries" in name} == {
        name: text for name, text in before.items() if "entries" in name
    }
    assert content(tmp_path / "two")["entries/FM-0001-gpu-oom.yaml"] == before["entries/FM-0001-gpu-oom.yaml"]


def write_vocabulary(folder: Path, like: Path) -> Path:
    """Give the folder the small vocabulary of the tests."""
    shutil.copy(like / "vocabulary.yaml", folder / "vocabulary.yaml")
    return folder


@patiently
@given(st.lists(failure_modes(), min_size=1, max_size=4))
def test_any_entries_survive_files_and_come_out_the_same(
    tmp_path_factory: pytest.TempPathFactory, drawn: list[FailureMode]
) -> None:
    folder = tmp_path_factory.mktemp("any")
    entries = [one.model_copy(update={"id": f"FM-{nth:04d}", "slug": f"s-{nth}"}) for nth, one in enumerate(drawn)]
    known = [one.id for one in entries]
    write_entries(folder, entries, known=known)
    before = content(folder)

    again = write_entries(folder, entries, known=known)

    assert again.unchanged == known
    assert content(folder) == before


def test_a_renamed_entry_moves_its_file_and_keeps_its_comments(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    exports(lived).export(tmp_path / "out", "yaml", OPERATOR)
    old = tmp_path / "out" / "entries" / "FM-0001-gpu-oom.yaml"
    old.write_text("# ours\n" + old.read_text())
    rename(lived, tmp_path, GPU_OOM, "accelerator-oom")

    exports(lived).export(tmp_path / "out", "yaml", OPERATOR)

    new = old.with_name("FM-0001-accelerator-oom.yaml")
    assert not old.exists()
    assert new.read_text().startswith("# ours\n")


def test_a_file_named_otherwise_keeps_its_name(tmp_path: Path) -> None:
    folder = tmp_path / "entries"
    folder.mkdir()
    (folder / "oom.yaml").write_text(yaml.safe_dump(GPU_OOM.model_dump(mode="json", exclude_defaults=True)))

    write_entries(tmp_path, [GPU_OOM.model_copy(update={"slug": "other"})], known=["FM-0001"])

    assert [path.name for path in folder.iterdir()] == ["oom.yaml"]


def test_files_of_entries_that_are_gone_are_told_and_removed_only_when_asked(tmp_path: Path) -> None:
    known = ["FM-0001"]
    write_entries(tmp_path, [GPU_OOM, SCHEMA_CHANGE], known=["FM-0001", "FM-0002"])

    told = write_entries(tmp_path, [GPU_OOM], known=known)
    left = (tmp_path / "entries" / "FM-0002-upstream-schema-change.yaml").exists()
    pruned = write_entries(tmp_path, [GPU_OOM], known=known, prune=True)

    assert (told.gone, told.pruned, left) == (["FM-0002"], [], True)
    assert (pruned.gone, pruned.pruned) == (["FM-0002"], ["FM-0002"])
    assert [path.name for path in (tmp_path / "entries").iterdir()] == ["FM-0001-gpu-oom.yaml"]


@pytest.mark.parametrize("form", get_args(Format))
def test_drafts_and_restricted_entries_leave_only_when_asked_and_no_link_tells_of_them(
    store: Store, tmp_path: Path, form: Format
) -> None:
    secret = failure_mode(7, slug="secret-weakness", title="Hush", visibility="restricted")
    group = failure_mode(8, slug="group-weakness", visibility="group", visible_to=[])
    draft = failure_mode(9, slug="half-done", status="draft")
    open_one = failure_mode(
        6,
        related=[{"type": "confusable-with", "slug": "secret-weakness"}, {"type": "peer", "slug": "cold-start"}],
        discriminators=[{"confusable": "secret-weakness", "check": "Look.", "result": "Seen."}],
    )
    lived = house(store, tmp_path, secret, group, draft, open_one, COLD_START)

    kept = exports(lived).export(tmp_path / "some", form, OPERATOR)
    every = exports(lived).export(
        tmp_path / "all",
        form,
        OPERATOR,
        with_drafts=True,
        with_restricted=True,
    )

    some = b"".join(text for name, text in content(tmp_path / "some").items() if name != "vocabulary.yaml")
    full = b"".join(content(tmp_path / "all").values())
    assert (kept.entries, kept.held_back, every.entries) == (2, 3, 5)
    assert b"-weakness" not in some
    assert b"half-done" not in some
    assert b"cold-start" in some
    assert b"secret-weakness" in full
    assert b"half-done" in full


def test_what_an_export_held_back_is_not_lost_when_it_comes_back(store: Store, tmp_path: Path) -> None:
    secret = failure_mode(7, slug="secret-weakness", visibility="restricted")
    links = [{"type": "peer", "slug": "secret-weakness"}, {"type": "peer", "slug": "cold-start"}]
    lived = house(store, tmp_path, secret, failure_mode(6, related=links), COLD_START)
    exports(lived).export(tmp_path / "out", "yaml", OPERATOR)

    report = Imports(lived.catalog, Vocabulary.load(CATALOG)).import_folder(
        write_vocabulary(tmp_path / "out", tmp_path / "catalog"), OPERATOR
    )

    assert report.changes == ()
    assert len(lived.catalog.entry("FM-0006", OPERATOR).document.related) == 2


def test_a_person_exports_only_what_they_may_see(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path, GPU_OOM, failure_mode(7, slug="secret", visibility="restricted"))

    done = exports(lived).export(tmp_path / "out", "yaml", RESPONDER, with_restricted=True, prune=True)

    assert done.entries == 1
    assert [path.name for path in (tmp_path / "out" / "entries").iterdir()] == ["FM-0001-gpu-oom.yaml"]


def test_a_file_that_cannot_be_read_is_not_overwritten(tmp_path: Path) -> None:
    folder = tmp_path / "entries"
    folder.mkdir()
    (folder / "FM-0001-gpu-oom.yaml").write_text("id: [unclosed")

    with pytest.raises(UserError, match=r"FM-0001-gpu-oom\.yaml:1: "):
        write_entries(tmp_path, [GPU_OOM, COLD_START], known=[])

    assert [path.name for path in folder.iterdir()] == ["FM-0001-gpu-oom.yaml"]


@pytest.mark.parametrize("name", ["../out.txt", "/etc/out.txt", "a/../../out.txt", "out/link/x.txt", "loop/x.txt"])
def test_nothing_is_written_outside_the_folder(tmp_path: Path, name: str) -> None:
    root = tmp_path / "root"
    (root / "out").mkdir(parents=True)
    (root / "out" / "link").symlink_to(tmp_path)
    (root / "loop").symlink_to("loop")
    before = content(tmp_path)

    with pytest.raises(UserError):
        TargetFolder(root).write(name, "x")

    assert content(tmp_path) == before


def test_entries_that_are_a_link_to_elsewhere_are_refused(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "root").mkdir()
    (tmp_path / "root" / "entries").symlink_to(tmp_path / "elsewhere")

    with pytest.raises(UserError, match="lies outside"):
        write_entries(tmp_path / "root", [GPU_OOM], known=[])

    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_a_written_file_is_whole_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    target = TargetFolder(tmp_path)

    assert target.write("a/b.txt", "one")
    assert not target.write("a/b.txt", "one")
    assert target.write("a/b.txt", "two")

    assert content(tmp_path) == {"a/b.txt": b"two"}


def test_a_folder_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(UserError, match="cannot be written"):
        TargetFolder(tmp_path / "file").write("a/b.txt", "one")


def test_json_is_one_array_of_whole_documents_with_facts(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)

    exports(lived).export(tmp_path / "out", "json", OPERATOR)

    found = json.loads((tmp_path / "out" / "catalog.json").read_text())
    assert [one["id"] for one in found] == ["FM-0001", "FM-0002", "FM-0003"]
    assert found[0]["mitigations"][0]["checklist"] == ["Do the first thing"]
    assert found[0]["steward"] == "USTEWARD"
    assert FailureMode.model_validate({name: found[0][name] for name in FailureMode.model_fields}) == GPU_OOM


@pytest.mark.parametrize("begin", ["=", "+", "-", "@"])
def test_no_cell_of_the_table_is_a_formula(begin: str) -> None:
    document = failure_mode(title=f"{begin}HYPERLINK(1)", summary='two\nlines, and "quotes"', aliases=["a", "b"])

    rows = list(csv.DictReader(io.StringIO(entries_as_csv([entry(document)]))))

    assert list(rows[0]) == list(COLUMNS)
    assert rows[0]["title"] == f"'{begin}HYPERLINK(1)"
    assert rows[0]["summary"] == 'two\nlines, and "quotes"'
    assert rows[0]["aliases"] == "a; b"


HOSTILE = (
    "<script>alert(1)</script>", "**bold**", "[x](javascript:alert(1))", "![i](x)", "`code`", "| cell |", "&copy;",
    "# head", "- item", "1. one", "> quote", "~~~", "<!-- c -->", "{: .x }", "$x$", "https://evil.example",
    "***", "===",
)  # fmt: skip


@pytest.mark.parametrize("typed", [*HOSTILE, *(text for text in NASTY if text.isascii())])
def test_text_that_looks_like_markup_stays_text(typed: str) -> None:
    html = MarkdownIt("commonmark").enable("table").render(paragraphs(typed))

    text = html.replace("<p>", "").replace("</p>", "").replace("<br />", "")
    assert "<" not in text
    assert html.count("<p>") == html.count("</p>") >= 1


def test_a_page_shows_what_was_typed_and_links_only_to_pages_that_are_there() -> None:
    hostile = failure_mode(
        1,
        title="<b>bold</b> | title",
        symptom="One.\n\n# two\nthree",
        related=[{"type": "peer", "slug": "cold-start"}, {"type": "peer", "slug": "gone"}],
        evidence=[{"kind": "paper", "title": "A [paper]", "uri": "https://x.example/a(b)?q=1&c=2", "supports": "It."}],
    )

    files = site_files([entry(hostile), entry(COLD_START)], Vocabulary({"domain": {"serving": "Online."}}))

    page = files["docs/entries/FM-0001-failure-mode-1.md"]
    html = MarkdownIt("commonmark").enable("table").render(page)
    assert "<h1>FM-0001 &lt;b&gt;bold&lt;/b&gt; | title</h1>" in html
    assert "<p>One.</p>\n<p># two<br />\nthree</p>" in html
    assert '<a href="FM-0003-cold-start.md">cold-start</a>' in html
    assert "peer: gone" in html
    assert '<a href="https://x.example/a%28b%29?q=1&amp;c=2">A [paper]</a>' in html


def test_every_link_of_the_tree_leads_to_a_file_of_it() -> None:
    documents = [file.entry for file in read_catalog(CATALOG)]

    files = site_files([entry(one) for one in documents], Vocabulary.load(CATALOG))

    for name, text in files.items():
        for token in MarkdownIt("commonmark").enable("table").parse(text) if name.endswith(".md") else []:
            for child in token.children or []:
                address = str(child.attrGet("href") or "https://")
                if not address.startswith("http"):
                    assert str(PurePosixPath(name).parent / unquote(address)) in files, (name, address)
    navigation = yaml.safe_load(files["mkdocs.yml"])["nav"]
    pages = [page for domain in navigation[1:-1] for listed in domain.values() for page in listed]
    assert len(pages) == len(documents)


def test_a_link_cannot_leave_its_brackets() -> None:
    html = MarkdownIt("commonmark").render(link("a](b) <i>", 'https://x.example/")<script>'.replace("<", "%3C")))

    assert html.count("<a ") == 1
    assert "<i>" not in html
    assert inline("a\x02b\u2028c") == "a b c"
