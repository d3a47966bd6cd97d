"""What narrows a search: `model:llm severity:sev1,sev2 -env:batch`, told apart from words that merely hold a colon.

Several values of one facet mean any of them, facets together mean all, and a minus in front leaves out. A value may be
typed in part: `llm` means every term that has it as a part, such as llm-hosted. Whatever stands in quotes is words.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from rapidfuzz import fuzz, process

from workflows.entries.document import FailureMode
from workflows.entries.vocabulary import DIMENSIONS, Vocabulary
from workflows.errors import UserError

ANYWHERE: Final = frozenset({"any", "all"})  # in a dimension they stand for every term
NEAR: Final = 70  # of 100: how like what was typed must be to what is offered instead
PASTED: Final = 25  # words; in so many, or in several lines, a colon is rarely meant as a filter
LISTED: Final = 30  # terms that a sentence names


@dataclass(frozen=True)
class Facet:
    """One thing entries are told apart by: how it is typed, whose terms it takes, and where an entry has them."""

    name: str
    label: str
    vocabularies: tuple[str, ...]
    terms: Callable[[FailureMode], Iterable[str]]
    also: tuple[str, ...] = ()

    @property
    def is_dimension(self) -> bool:
        """Whether an entry may say `any`, and so answers to every term."""
        return self.vocabularies[0] in DIMENSIONS and len(self.vocabularies) == 1


FACETS: Final = (
    Facet(
        "model", "Model family", ("model_family",), lambda entry: entry.dimensions.model_family,
        ("models", "family", "model-family"),
    ),
    Facet(
        "env", "Environment", ("deployment_environment",), lambda entry: entry.dimensions.deployment_environment,
        ("environment", "deployment", "deployment-environment"),
    ),
    Facet("severity", "Severity", ("severity",), lambda entry: (entry.severity.typical,), ("sev",)),
    Facet("domain", "Domain", ("domain",), lambda entry: (entry.domain,), ("area",)),
    Facet(
        "data", "Kind of data", ("data_domain",), lambda entry: entry.dimensions.data_domain,
        ("data-domain",),
    ),
    Facet(
        "segment", "Who it reaches", ("customer_segment",), lambda entry: entry.dimensions.customer_segment,
        ("customer", "customer-segment"),
    ),
    Facet(
        "cause", "Cause", ("cause_category",), lambda entry: (entry.cause_category, *entry.contributing_causes),
        ("cause-category",),
    ),
    Facet(
        "effect", "Effect", ("effect_category",), lambda entry: (effect.category for effect in entry.effects),
        ("effect-category",),
    ),
    Facet(
        "stage", "Stage", ("lifecycle_stage",), lambda entry: (entry.lifecycle_stage or "",),
        ("lifecycle", "lifecycle-stage"),
    ),
    Facet("pattern", "Pattern", ("pattern",), lambda entry: (used.pattern for used in entry.patterns)),
    Facet(
        "discipline", "Written by", ("discipline",), lambda entry: (author.discipline for author in entry.authors),
        ("author",),
    ),
    Facet(
        "tag", "Tag", ("data_domain", "model_family", "deployment_environment", "customer_segment", "lifecycle_stage",
        "cause_category"), lambda entry: entry.tags, ("tags",),
    ),
)  # fmt: skip
_BY_NAME: Final = {name: facet for facet in FACETS for name in (facet.name, *facet.also)}

# A quoted run, or `-name:value` and `name:"value"` that stand alone between spaces; every repetition is bounded.
_PIECE = re.compile(
    r"(?<!\S)(?P<minus>-?)(?P<name>[A-Za-z][A-Za-z_-]{1,24}):"
    r"(?:[\"“”](?P<quoted>[\w ,-]{1,80})[\"“”]|(?P<value>\w[\w,-]{0,120}))(?!\S)"
    r"|[\"“](?P<words>[^\"“”\n]{0,300})[\"”]"
)


@dataclass(frozen=True)
class Filter:
    """One facet with the terms of which an entry must have any, or with `excludes` none.

    `typed` is how it was asked for.
    """

    facet: Facet
    terms: frozenset[str]
    typed: tuple[str, ...]
    excludes: bool = False

    def admits(self, entry: FailureMode) -> bool:
        """Return whether the entry passes; one that can occur anywhere passes whatever is asked for, never left out."""
        here = frozenset(self.facet.terms(entry))
        if self.excludes:
            return not here & self.terms
        return bool(here & self.terms) or (self.facet.is_dimension and bool(here & ANYWHERE))

    def names(self, entry: FailureMode) -> bool:
        """Return whether the entry has one of the terms itself, not only `any`."""
        return bool(frozenset(self.facet.terms(entry)) & self.terms)

    def __str__(self) -> str:
        """Return the filter as it can be typed again."""
        return f"{'-' if self.excludes else ''}{self.facet.name}:{','.join(self.typed)}"


@dataclass(frozen=True)
class Asked:
    """A search as it was meant: its words, and the filters beside them."""

    words: str
    filters: tuple[Filter, ...] = ()

    def admits(self, entry: FailureMode) -> bool:
        """Return whether the entry passes every filter."""
        return all(one.admits(entry) for one in self.filters)

    def precise(self, entry: FailureMode) -> int:
        """Return how many of the filters the entry answers by name."""
        return sum(one.names(entry) for one in self.filters if not one.excludes)

    @property
    def narrowing(self) -> str:
        """The filters as they can be typed again."""
        return " ".join(map(str, self.filters))


def read_query(query: str, vocabulary: Vocabulary) -> Asked:
    """Return the words and filters of a search.

    In something pasted (several lines, or more than `PASTED` words) only what stands in front and is known is a filter.
    Raises UserError with the nearest right one for a filter or value that does not exist.
    """
    is_pasted = "\n" in query.strip() or len(query.split()) > PASTED
    reading = _Reading(vocabulary, lenient=is_pasted)
    words: list[str] = []
    end = 0
    for piece in _PIECE.finditer(query):
        if is_pasted and (query[end : piece.start()].strip() or any(map(str.strip, words))):
            break
        words += [query[end : piece.start()], reading.take(piece)]
        end = piece.end()
    text = "".join([*words, query[end:]])
    return Asked(text.strip() if is_pasted else " ".join(text.split()), reading.filters())


def as_words(text: str) -> str:
    """Return the text so that nothing of it is read as a filter when it is searched for again."""
    return _PIECE.sub(lambda piece: f'"{piece.group()}"' if piece["name"] else piece.group(), text)


def terms_of(facet: Facet, vocabulary: Vocabulary) -> dict[str, str]:
    """Return the terms that a facet takes, in the vocabulary's order, with what each means."""
    return {
        term: meaning
        for name in facet.vocabularies
        for term, meaning in vocabulary.terms.get(name, {}).items()
        if term not in ANYWHERE or facet.is_dimension
    }


class _Reading:
    """Reads the pieces of one search and keeps the filters among them."""

    def __init__(self, vocabulary: Vocabulary, *, lenient: bool) -> None:
        self._vocabulary, self._lenient = vocabulary, lenient
        self._found: dict[tuple[str, bool], tuple[frozenset[str], tuple[str, ...]]] = {}

    def filters(self) -> tuple[Filter, ...]:
        """Return the filters found so far, those of one facet in one."""
        return tuple(Filter(_BY_NAME[name], *said, excludes=minus) for (name, minus), said in self._found.items())

    def take(self, piece: re.Match[str]) -> str:
        """Return what of the piece is words, and keep the rest as a filter."""
        if piece["name"] is None:
            return str(piece["words"])
        name = piece["name"].lower().replace("_", "-")
        values = [value.strip() for value in (piece["quoted"] or piece["value"]).split(",") if value.strip()]
        facet = _BY_NAME.get(name)
        if facet is None:
            self._refuse_if_meant(name, values)
            return piece.group()
        meant = {value: meant_by(value, terms_of(facet, self._vocabulary)) for value in values}
        if not values or not all(meant.values()):
            if self._lenient or not values:
                return piece.group()
            raise self._no_such_value(facet, next(value for value in values if not meant[value]))
        self._keep(facet, meant, excludes=bool(piece["minus"]))
        return ""

    def _keep(self, facet: Facet, meant: Mapping[str, frozenset[str]], *, excludes: bool) -> None:
        terms, typed = self._found.get((facet.name, excludes), (frozenset(), ()))
        more = frozenset().union(*meant.values())
        self._found[facet.name, excludes] = terms | more, tuple(dict.fromkeys([*typed, *map(_plain, meant)]))

    def _refuse_if_meant(self, name: str, values: list[str]) -> None:
        """Raise UserError where an unknown name was meant as a filter: a known one is near, or its value is a term."""
        if self._lenient:
            return
        near = process.extractOne(name, _BY_NAME.keys(), scorer=fuzz.ratio, score_cutoff=NEAR)
        offered = [_BY_NAME[near[0]]] if near else []
        for facet in [*offered, *FACETS]:
            terms = terms_of(facet, self._vocabulary)
            if values and all(
                meant_by(value, terms) if facet in offered else _plain(value) in terms for value in values
            ):
                right = f"{facet.name}:{','.join(map(_plain, values))}"
                all_filters = ", ".join(f"{one.name}:" for one in FACETS)
                msg = (
                    f"There is no filter `{name}:`; did you mean `{right}`? The filters are {all_filters}. {_AS_WORDS}"
                )
                raise UserError(msg)

    def _no_such_value(self, facet: Facet, value: str) -> UserError:
        terms = list(terms_of(facet, self._vocabulary))
        near = max(terms, key=lambda term: _likeness(_plain(value), term), default="")
        is_near = _likeness(_plain(value), near) >= NEAR
        instead = f"; did you mean `{facet.name}:{near}`?" if is_near else "."
        more = f" and {len(terms) - LISTED} more" if len(terms) > LISTED else ""
        takes = f"It takes {', '.join(terms[:LISTED])}{more}." if terms else "It takes nothing here."
        return UserError(f"`{facet.name}:` has no “{value[:40]}”{instead} {takes} {_AS_WORDS}")


_AS_WORDS: Final = 'To search for it as words, put it in quotes, such as `"team:a"`.'


def _likeness(typed: str, term: str) -> float:
    """Return how like a term or a part of it is what was typed, 0 to 100."""
    return max(fuzz.ratio(typed, part) for part in (term, *term.split("-")))


def meant_by(value: str, terms: Iterable[str]) -> frozenset[str]:
    """Return the terms that a typed value means: the one itself, else those it is a part of, else those it begins."""
    known, typed = list(terms), _plain(value)
    if typed in known:
        return frozenset({typed})
    for fits in (
        lambda term: f"-{typed}-" in f"-{term}-" or (typed.isdigit() and term == f"sev{typed}"),
        lambda term: len(typed) > 1 and term.startswith(typed),
    ):
        if found := frozenset(filter(fits, known)):
            return found
    return frozenset()


def _plain(value: str) -> str:
    """Return a value as terms are written: lower case, hyphens between words."""
    return "-".join(value.lower().replace("_", " ").replace("-", " ").split())
