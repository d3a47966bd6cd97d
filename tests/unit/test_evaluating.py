"""`faultline evaluate`: the peers really search, and the report is one object for programs and a table for people."""

import json
from pathlib import Path

import pytest
from sqlalchemy import Engine
from typer.testing import CliRunner

from bot.cli import cli
from bot.peers.databases import PostgresText, PostgresTrigrams
from bot.peers.meaning import Embeddings
from bot.peers.table import peers
from workflows.evaluation.engines import Engine as SearchEngine
from workflows.evaluation.engines import Missing
from workflows.evaluation.material import Item
from workflows.search.examples import Example

ITEMS = (
    Item("A", {"title": "Disk full", "summary": "No space left on the volume"}),
    Item("B", {"title": "Late labels", "summary": "Targets arrive days after the prediction"}),
    Item("C", {"title": "Certificate expired", "summary": "TLS handshakes fail"}),
)
EXAMPLES = (Example("C", "pods cannot reach the registry"), Example("A", "kubelet", weight=-1.0))


def written(path: Path, rows: list[object]) -> str:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return str(path)


@pytest.fixture
def arguments(tmp_path: Path) -> list[str]:
    catalog: list[object] = [{"id": item.entry_id, **item.fields} for item in ITEMS]
    queries: list[object] = [{"text": "labels arrive late", "relevant": ["B"]}]
    return [
        *("evaluate", "--catalog", written(tmp_path / "catalog.jsonl", catalog)),
        *("--queries", written(tmp_path / "queries.jsonl", queries)),
    ]


@pytest.mark.parametrize("peer", peers(0.6, postgres="", model=None), ids=lambda peer: peer.name)
def test_every_peer_that_needs_nothing_else_finds_what_it_should(peer: SearchEngine) -> None:
    if isinstance(peer, PostgresText | PostgresTrigrams | Embeddings) or "minilm" in peer.name:
        with pytest.raises(Missing):
            peer.build(ITEMS, EXAMPLES)
        return

    ranker = peer.build(ITEMS, EXAMPLES)

    assert ranker.rank(["no space", "left on volume"], 2)[0] == "A"
    assert ranker.rank(["pods cannot reach the registry"], 3)[0] == "C"
    assert ranker.rank(["🫠"], 3) in ([], ["A", "B", "C"])


@pytest.mark.parametrize("kind", [PostgresText, PostgresTrigrams])
def test_the_peers_inside_postgresql_search_a_real_server(
    kind: type[PostgresText] | type[PostgresTrigrams], postgres_engine: Engine
) -> None:
    url = postgres_engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    try:
        ranker = kind(url).build(ITEMS, EXAMPLES)
    except Missing as reason:
        assert "pg_trgm" in str(reason)  # noqa: PT017 - some builds of PostgreSQL come without extensions
        return

    assert ranker.rank(["no space left on volume"], 2)[0] == "A"
    assert ranker.rank(["registry"], 3)[0] == "C"
    assert isinstance(ranker.rank(["it's \\ ' | & ! \0"], 3), list)


def test_a_peer_whose_server_does_not_answer_is_left_out_with_the_reason() -> None:
    with pytest.raises(Missing, match="does not answer"):
        PostgresText("postgresql://nobody@127.0.0.1:1/none").build(ITEMS, ())


def test_the_report_for_programs_is_one_object_with_every_engine(arguments: list[str]) -> None:
    ended = CliRunner().invoke(cli, [*arguments, "--noise", "typo", "--peers", "--json"])

    report = json.loads(ended.stdout)

    ours = report["engines"]["faultline"]
    assert ours["hit@1"] == 1.0
    wanted = {"hit@1", "hit@3", "hit@5", "mrr@10", "lenient@3", "p50_ms", "p95_ms", "build_s", "memory_mb"}
    assert wanted <= ours.keys()
    assert {"bm25s", "tantivy", "fts5 porter", "rapidfuzz token_set_ratio"} <= report["engines"].keys()
    assert report["noise"]["typo"]["engines"].keys() == report["engines"].keys()
    assert "minilm" in report["left_out"]


def test_without_json_a_person_gets_a_table(arguments: list[str]) -> None:
    ended = CliRunner().invoke(cli, arguments)

    assert ended.exit_code == 0
    assert "faultline" in ended.stdout
    assert "hit@3" in ended.stdout
