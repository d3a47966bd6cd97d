"""Every peer there is, in the order in which the figures are told."""

from pathlib import Path

from bot.peers.databases import Fts5, PostgresText, PostgresTrigrams
from bot.peers.lexical import SCANS, Bm25s, Tantivy
from bot.peers.meaning import Embeddings, Fused
from workflows.evaluation.engines import Engine, Faultline


def peers(threshold: float, *, postgres: str, model: Path | None) -> list[Engine]:
    """Return the engines; those that lack something here say so when they are built.

    Where a model is configured, ours without it is one of them.
    """
    return [
        *([Faultline(threshold, name="faultline without meaning")] if model else []),
        Bm25s(),
        Tantivy(),
        Tantivy(fuzzy=True),
        Fts5("fts5 porter", "porter unicode61"),
        Fts5("fts5 trigram", "trigram"),
        PostgresText(postgres),
        PostgresTrigrams(postgres),
        *SCANS,
        Embeddings(model),
        Fused(model),
    ]
