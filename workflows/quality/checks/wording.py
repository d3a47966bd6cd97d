"""Checks of wording: nothing that only one organisation understands, and nobody blamed."""

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

import re2
from pydantic import BaseModel

from workflows.entries.document import FailureMode
from workflows.quality.findings import Flaw
from workflows.quality.surroundings import Surroundings

# A pattern of re or of RE2, whose searches look alike: RE2 is many times as quick, re knows what lies around a match.
Pattern = Any

# Fields that name something elsewhere on purpose, or quote what software prints.
LOCAL: Final = frozenset(
    {"evidence", "origin", "taxonomy_maps", "log_signatures", "contributors", "references", "source", "uri", "person"}
)
NAMES_OF_ROLES: Final = (
    r"Team|Rota|On-?[Cc]all|Engineer\w*|Platform|Operations|Support|Security|Legal|Compliance|Product|Owner|Lead|Desk"
    r"|Research|Finance|Privacy|Safety|Science|Commander|Manager|Steward|Guild|Group|Office|Officer|Analyst\w*|Data"
    r"|Service|Serving|Training|Infrastructure|Machine|Learning|Slack|Support|Sales|Marketing|Vendor|Customer|Users?"
)
WHOLE_NAME: Final = re.compile(
    rf"^(?!.*\b(?:{NAMES_OF_ROLES})\b)[A-Z][a-zà-ÿ]+(?: [A-Z]\.)?(?: [A-Z][a-zà-ÿ]+){{1,2}}$"
)
PRIVATE_SUFFIX: Final = r"internal|intranet|corp|lan|local|localdomain|home\.arpa"
# Each begins with something rare and repeats within bounds, so that no text, however made, takes long to search; what
# stands around the match is added when it is shown.
PRIVATE: Final[Sequence[tuple[str, Pattern]]] = (
    (
        "a private address",
        re.compile(
            r"https?://(?:localhost|127\.|10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|[\w-]+(?=[:/\s]|$)"
            rf"|[\w.-]+\.(?:{PRIVATE_SUFFIX})\b"
            r"|[\w-]+\.(?:slack\.com/archives|atlassian\.net|sharepoint\.com|notion\.site|grafana\.net)"
            r"|(?:docs|drive)\.google\.com|app\.datadoghq\.com|www\.notion\.so)\S*",
            re.IGNORECASE,
        ),
    ),
    (
        "a host",
        re2.compile(
            "(?i)"
            r"\b(?:10|192\.168|172\.(?:1[6-9]|2\d|3[01]))(?:\.\d{1,3}){2,3}\b"
            rf"|[\w-]\.(?:{PRIVATE_SUFFIX})(?:[^\w(]|$)"
            r"|\b(?:node|host|srv|server|bastion|db|vm|worker|prod|staging)-?(?:[a-z0-9]{1,20}-){0,4}\d{2,}\b"
        ),
    ),
    (
        "a person",
        re2.compile(r"[\w.+-]@[\w-]{1,63}\.[a-z]{2,}\b|<@[UW][A-Z0-9]{4,}[^>]*>|(?:^|[^\w@/])@[a-z][a-z.]{2,}\b"),
    ),
    (
        "a person",
        re.compile(
            rf"\b(?:[Aa]sk|[Cc]all|[Pp]ing|[Cc]ontact|[Pp]age|[Tt]ell|[Ee]mail|DM) (?!(?:{NAMES_OF_ROLES})\b)"
            r"[A-Z][a-zà-ÿ]{2,}(?: [A-Z][a-zà-ÿ]+)?(?=[ ,.;\n]|$)"
        ),
    ),
    (
        "a project or ticket of one organisation",
        re.compile(
            r"\b(?:[Pp]roject|[Oo]peration|[Cc]ode ?named?) [A-Z][a-zà-ÿ]{2,}\b"
            r"|\b(?!(?:AML|CAPEC|COVID|CVE|CWE|FM|GHSA|GPT|IEC|IEEE|ISO|LLM|MD|ML|NIST|OWASP|PEP|RFC|RTX|SHA|T|TLS|UTF|XID)-)"
            r"[A-Z][A-Z0-9]{1,9}-\d{2,6}\b"
        ),
    ),
)
BLAME: Final[Pattern] = re2.compile(
    r"(?i)\b(?:careless\w*|human error|operator error|pilot error|user error|negligen\w+|incompeten\w+|sloppy"
    r"|sloppiness|lazy (?:engineer|developer|operator|team|person)\w*|stupid\w*|idiot\w*|reckless\w*"
    r"|(?:who|is|are|was|were) to blame|blames? (?:the|on)|(?:forgot|forgotten|neglected|bothered) to|culprits?"
    r"|should(?:n['’]t| not)? have (?:\w+ly )?(?:been|known|seen|caught|done|gone|told|found|kept|taken|given|thought"
    r"|understood|noticed|checked|tested|\w{3,}ed))\b"
)


def private_names(entry: FailureMode, _: Surroundings) -> Iterator[Flaw]:
    """Find hosts, private addresses, people and code names in fields that are to be read elsewhere."""
    for place, kind, named in _matches(entry, PRIVATE):
        yield Flaw(
            place,
            f"“{named}” looks like {kind}; other teams read this field too, so name the kind of thing, the role or the"
            " rota instead.",
        )
    for place, named_role in _roles(entry):
        if looks_like_a_person(named_role):
            yield Flaw(
                place, f"“{named_role}” looks like a person; name a role or a rota, which outlives who fills it."
            )


def blaming_words(entry: FailureMode, _: Surroundings) -> Iterator[Flaw]:
    """Find words that blame instead of naming the condition that let it happen."""
    for place, _kind, word in _matches(entry, [("blame", BLAME)]):
        yield Flaw(place, f"“{word}” blames; say which condition let it happen, and what would have shown it.")


def private_name_in(text: str) -> tuple[str, str] | None:
    """Return the first host, private address, person or code name in a text, as (its kind, the words), or None."""
    return _first(text, PRIVATE)


def blaming_word_in(text: str) -> str | None:
    """Return the first words of a text that blame somebody, or None."""
    found = _first(text, [("blame", BLAME)])
    return found[1] if found else None


def looks_like_a_person(role: str) -> bool:
    """Return whether what should name a role is written like somebody's whole name."""
    return WHOLE_NAME.match(role) is not None


def _matches(entry: FailureMode, patterns: Sequence[tuple[str, Pattern]]) -> Iterator[tuple[str, str, str]]:
    """Yield where the first pattern that a text matches matched: place, kind and the words.

    A clean entry, which is nearly every one, costs one search a pattern over all its texts together.
    """
    together = _all_texts(entry)
    found = [(kind, pattern) for kind, pattern in patterns if pattern.search(together)]
    for place, text in portable_texts(entry) if found else ():
        if (first := _first(text, found)) is not None:
            yield place, *first


def _first(text: str, patterns: Sequence[tuple[str, Pattern]]) -> tuple[str, str] | None:
    """Return the kind of the first pattern that a text matches, with the words."""
    for kind, pattern in patterns:
        if named := pattern.search(text):
            return kind, _whole_words(text, named)
    return None


def _whole_words(text: str, match: Any) -> str:
    """Return the match with the rest of the words in which it begins and ends."""
    start = match.end() - len(match.group().lstrip())
    begin = max(text.rfind(blank, 0, start) for blank in " \n\t(“\"'") + 1
    end = match.start() + len(match.group().rstrip())
    rest = re.match(r"[\w./@-]*", text[end:])
    return (text[begin:end] + (rest.group() if rest else "")).strip(" .,;")


def portable_texts(entry: FailureMode) -> Iterator[tuple[str, str]]:
    """Yield every text that is read outside the organisation, with its dotted path."""
    yield from _texts("", entry)


def _texts(place: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, BaseModel):
        for name, inner in value:
            if name not in LOCAL:
                yield from _texts(f"{place}.{name}" if place else name, inner)
    elif isinstance(value, list):
        for nth, inner in enumerate(value):
            yield from _texts(f"{place}.{nth}", inner)


def _all_texts(entry: FailureMode) -> str:
    """Return all of those texts in one, a line each, in no order; ten times as quick as naming each one's place."""
    texts: list[str] = []
    open_parts: list[Any] = [entry]
    while open_parts:
        part = open_parts.pop()
        if isinstance(part, str):
            texts.append(part)
        elif isinstance(part, BaseModel):
            open_parts.extend(inner for name, inner in vars(part).items() if name not in LOCAL)
        elif isinstance(part, list):
            open_parts.extend(part)
    return "\n".join(texts)


def _roles(entry: FailureMode) -> Iterator[tuple[str, str]]:
    for place, detector in enumerate(entry.detectors):
        if detector.owner:
            yield f"detectors.{place}.owner", detector.owner
    for place, remedy in enumerate(entry.mitigations):
        yield f"mitigations.{place}.owner", remedy.owner
        for nth, step in enumerate(remedy.escalation):
            yield f"mitigations.{place}.escalation.{nth}.to", step.to
    for place, study in enumerate(entry.case_studies):
        for nth, one in enumerate(study.responsibilities):
            yield f"case_studies.{place}.responsibilities.{nth}.role", one.role
