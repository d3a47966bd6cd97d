"""Full-text search inside a database: SQLite FTS5, PostgreSQL's own, and trigrams of pg_trgm."""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from weakref import finalize

import psycopg

from bot.peers.ranking import Answering, asked_words, with_examples
from workflows.evaluation.engines import Missing
from workflows.evaluation.material import Item
from workflows.search.examples import Example

TRIGRAM = 3


@dataclass(frozen=True)
class Fts5:
    """SQLite's FTS5, ranked by its BM25; `tokenize` names how it splits words."""

    name: str
    tokenize: str

    def build(self, items: Sequence[Item], examples: Sequence[Example]) -> Answering:
        """Return the ranker."""
        database = sqlite3.connect(":memory:")
        database.execute(f"create virtual table entries using fts5(body, tokenize='{self.tokenize}')")
        rows = enumerate(with_examples(items, examples))
        database.executemany("insert into entries(rowid, body) values(?, ?)", rows)
        shortest = TRIGRAM if self.tokenize == "trigram" else 1

        def places(text: str, limit: int) -> Iterable[int]:
            words = [f'"{word}"' for word in asked_words(text) if len(word) >= shortest]
            if not words:
                return ()
            query = "select rowid from entries where entries match ? order by rank limit ?"
            return [place for (place,) in database.execute(query, (" OR ".join(words), limit))]

        return _closing(Answering([item.entry_id for item in items], places), database)


@dataclass(frozen=True)
class PostgresText:
    """PostgreSQL's full-text search: any of the words, ranked by `ts_rank_cd`."""

    url: str
    name: str = "postgres full text"

    def build(self, items: Sequence[Item], examples: Sequence[Example]) -> Answering:
        """Return the ranker; raises Missing where no server answers."""
        server = _connected(self.url)
        server.execute("create temp table entries(place int primary key, body text, terms tsvector)")
        _fill(server, with_examples(items, examples))
        server.execute("update entries set terms = to_tsvector('english', body)")
        server.execute("create index on entries using gin(terms)")
        server.execute("analyze entries")
        query = """select place from entries, to_tsquery('english', %s) as asked
                   where terms @@ asked order by ts_rank_cd(terms, asked) desc, place limit %s"""

        def places(text: str, limit: int) -> Iterable[int]:
            words = [word.replace("_", " ").strip() for word in asked_words(text)]
            asked = " | ".join(f"'{word}'" for word in words if word)
            return [place for (place,) in server.execute(query, (asked, limit))] if asked else ()

        return _closing(Answering([item.entry_id for item in items], places), server)


@dataclass(frozen=True)
class PostgresTrigrams:
    """PostgreSQL's pg_trgm, ranked by `word_similarity`."""

    url: str
    name: str = "postgres pg_trgm"

    def build(self, items: Sequence[Item], examples: Sequence[Example]) -> Answering:
        """Return the ranker; raises Missing where no server answers or it has no pg_trgm."""
        server = _connected(self.url)
        try:
            server.execute("create extension if not exists pg_trgm")
        except psycopg.Error as error:
            msg = "the PostgreSQL server has no pg_trgm"
            raise Missing(msg) from error
        server.execute("create temp table entries(place int primary key, body text)")
        _fill(server, with_examples(items, examples))
        query = "select place from entries order by word_similarity(%s, body) desc, place limit %s"

        def places(text: str, limit: int) -> Iterable[int]:
            return [place for (place,) in server.execute(query, (text.replace("\0", " "), limit))]

        return _closing(Answering([item.entry_id for item in items], places), server)


def _closing(ranker: Answering, connection: sqlite3.Connection | psycopg.Connection) -> Answering:
    """Return the ranker; its connection is closed when nobody needs it any more."""
    finalize(ranker, connection.close)
    return ranker


def _connected(url: str) -> psycopg.Connection:
    if not url:
        msg = "no PostgreSQL server was named; name one with --postgres postgresql://…"
        raise Missing(msg)
    try:
        return psycopg.connect(url, autocommit=True)
    except psycopg.OperationalError as error:
        msg = "the PostgreSQL server does not answer"
        raise Missing(msg) from error


def _fill(server: psycopg.Connection, texts: Sequence[str]) -> None:
    rows = [(place, text.replace("\0", " ")) for place, text in enumerate(texts)]
    with server.cursor() as cursor:
        cursor.executemany("insert into entries(place, body) values (%s, %s)", rows)
