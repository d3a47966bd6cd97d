"""Search by sentence embeddings alone, and joined with bm25s by reciprocal rank."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bot.peers.lexical import Bm25s
from bot.peers.ranking import Answering, with_examples
from workflows.evaluation.engines import Missing
from workflows.evaluation.material import Item
from workflows.search.examples import Example
from workflows.search.semantic import SentenceEncoder

RRF_CONSTANT = 60  # Cormack and others, "Reciprocal Rank Fusion", 2009
FUSED = 100  # ranks of each list that are joined


@dataclass(frozen=True)
class Embeddings:
    """Entries by the cosine of sentence embeddings."""

    model: Path | None
    name: str = "minilm"

    def build(self, items: Sequence[Item], examples: Sequence[Example]) -> Answering:
        """Return the ranker; raises Missing without a model."""
        if self.model is None:
            msg = "no sentence model is configured; name its folder with FAULTLINE_SEMANTIC_MODEL"
            raise Missing(msg)
        encoder = SentenceEncoder.load(self.model)
        vectors = encoder.encode(with_examples(items, examples))

        def places(text: str, limit: int) -> Iterable[int]:
            likeness = vectors @ encoder.encode_one(text)
            return [int(place) for place in np.argsort(-likeness, kind="stable")[:limit]]

        return Answering([item.entry_id for item in items], places)


@dataclass(frozen=True)
class Fused:
    """bm25s and sentence embeddings joined by reciprocal rank fusion."""

    model: Path | None
    name: str = "rrf(bm25s, minilm)"

    def build(self, items: Sequence[Item], examples: Sequence[Example]) -> Answering:
        """Return the ranker; raises Missing without the package or a model."""
        parts = (Bm25s().build(items, examples), Embeddings(self.model).build(items, examples))

        def places(text: str, limit: int) -> Iterable[int]:
            scores: defaultdict[int, float] = defaultdict(float)
            for part in parts:
                for rank, place in enumerate(part.places(text, FUSED), 1):
                    scores[place] += 1 / (RRF_CONSTANT + rank)
            return sorted(scores, key=lambda place: (-scores[place], place))[:limit]

        return Answering(parts[0].ids, places)
