"""Engines that rank by shared words: bm25s, tantivy, and scans with RapidFuzz."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import Stemmer
from rapidfuzz import fuzz, process
from rapidfuzz.utils import default_process

from bot.peers.ranking import Answering, asked_words, confirmed, imported, with_examples
from workflows.evaluation.material import Item
from workflows.search.examples import Example

EXAMPLES: Final = "examples"  # the field in which tantivy gets them
FUZZY_LETTERS: Final = 4  # a shorter word has too many neighbours


@dataclass(frozen=True)
class Bm25s:
    """bm25s with its English stop words and the Snowball stemmer."""

    name: str = "bm25s"

    def build(self, items: Sequence[Item], examples: Sequence[Example]) -> Answering:
        """Return the ranker; raises Missing without the package."""
        bm25s = imported("bm25s", "bm25s")
        stem = Stemmer.Stemmer("english").stemWords

        def tokens(texts: list[str], **options: Any) -> Any:
            return bm25s.tokenize(texts, stopwords="en", stemmer=stem, show_progress=False, **options)

        retriever = bm25s.BM25()
        retriever.index(tokens(with_examples(items, examples)), show_progress=False)

        def places(text: str, limit: int) -> Iterable[int]:
            known = [[word for word in tokens([text], return_ids=False)[0] if word in retriever.vocab_dict]]
            if not known[0]:
                return ()
            found, scores = retriever.retrieve(known, k=min(limit, len(items)), show_progress=False)
            return [int(place) for place, score in zip(found[0], scores[0], strict=True) if score > 0]

        return Answering([item.entry_id for item in items], places)


@dataclass(frozen=True)
class Tantivy:
    """tantivy with English stemming, field by field; with `fuzzy`, stems one letter away count too."""

    fuzzy: bool = False

    @property
    def name(self) -> str:
        """The name in the figures."""
        return "tantivy fuzzy" if self.fuzzy else "tantivy"

    def build(self, items: Sequence[Item], examples: Sequence[Example]) -> Answering:
        """Return the ranker; raises Missing without the package."""
        tantivy = imported("tantivy", "tantivy")
        rows = [{**item.fields, EXAMPLES: text} for item, text in zip(items, confirmed(items, examples), strict=True)]
        fields = sorted({field for row in rows for field, text in row.items() if text})
        builder = tantivy.SchemaBuilder()
        builder.add_unsigned_field("place", stored=True)
        for field in fields:
            builder.add_text_field(field, tokenizer_name="en_stem")
        schema = builder.build()
        index = tantivy.Index(schema)
        writer = index.writer()
        for place, row in enumerate(rows):
            writer.add_document(tantivy.Document(place=place, **{field: row[field] for field in row if row[field]}))
        writer.commit()
        index.reload()
        searcher = index.searcher()
        stem = Stemmer.Stemmer("english").stemWord

        def term_queries(word: str) -> Iterable[Any]:
            for field in fields:
                yield tantivy.Query.term_query(schema, field, word)
                if self.fuzzy and len(word) >= FUZZY_LETTERS:
                    yield tantivy.Query.fuzzy_term_query(schema, field, word, distance=1, transposition_cost_one=True)

        def places(text: str, limit: int) -> Iterable[int]:
            terms = [term for word in asked_words(text) for term in term_queries(stem(word))]
            query = tantivy.Query.boolean_query([(tantivy.Occur.Should, term) for term in terms])
            return [searcher.doc(address)["place"][0] for _, address in searcher.search(query, limit).hits]

        return Answering([item.entry_id for item in items], places)


@dataclass(frozen=True)
class Scan:
    """Every entry compared with the text by one of RapidFuzz's scorers."""

    scorer: Callable[..., float]
    name: str

    def build(self, items: Sequence[Item], examples: Sequence[Example]) -> Answering:
        """Return the ranker."""
        texts = [default_process(text) for text in with_examples(items, examples)]

        def places(text: str, limit: int) -> Iterable[int]:
            found = process.extract(text, texts, scorer=self.scorer, processor=default_process, limit=limit)
            return [place for _, score, place in found if score > 0]

        return Answering([item.entry_id for item in items], places)


SCANS = (Scan(fuzz.WRatio, "rapidfuzz WRatio"), Scan(fuzz.token_set_ratio, "rapidfuzz token_set_ratio"))
