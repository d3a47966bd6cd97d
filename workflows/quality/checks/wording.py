"""Checks of wording: nothing that only one organisation understands, and nobody blamed."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from pydantic import BaseModel

from workflows.entries.document import FailureMode
from workflows.quality.findings import Flaw
from workflows.quality.surroundings import Surroundings

# Fields that name something elsewhere on purpose, or quote what software prints.
LOCAL: Final = frozenset(
    {"evidence", "origin", "taxonomy_maps", "log_signatures", "contributors", "references", "source", "uri", "person"}
)
NAMES_OF_ROLES: Final = (
    r"Team|Rota|On-?[Cc]all|Engineer\w*|Platform|Operations|Support|Security|Legal|Compliance|Product|Owner|Lead|Desk"
    r"|Research|Finance|Privacy|Safety|Science|Commander|Manager|Steward|Guild|Group|Office|Officer|Analyst\w*|Data"
    r"|Service|Serving|Training|Infrastructure|Machine|Learning|Slack|Support|Sales|Marketing|Vendor|Customer|Users?"
)
# What a term of a vocabulary or a slug never holds; such words need no search.
NOT_IN_TERMS: Final = frozenset(".:@/0123456789")
WHOLE_NAME: Final = re.compile(
    rf"^(?!.*\b(?:{NAMES_OF_ROLES})\b)[A-Z][a-zà-ÿ]+(?: [A-Z]\.)?(?: [A-Z][a-zà-ÿ]+){{1,2}}$"
)
PRIVATE_SUFFIX: Final = r"internal|intranet|corp|lan|local|localdomain|home\.arpa"
# Each begins with something rare and repeats within bounds, so that no text, however made, takes long to search; what
# stands around the match is added when it is shown.
PRIVATE: Final[Mapping[str, re.Pattern[str]]] = {
    "a private address": re.compile(
        r"https?://(?:localhost|127\.|10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|[\w-]+(?=[:/\s]|$)"
        rf"|[\w.-]+\.(?:{PRIVATE_SUFFIX})\b"
        r"|[\w-]+\.(?:slack\.com/archives|atlassian\.net|sharepoint\.com|notion\.site|grafana\.net)"
        r"|(?:docs|drive)\.google\.com|app\.datadoghq\.com|www\.notion\.so)\S*",
        re.IGNORECASE,
    ),
    "a host": re.compile(
        r"\b(?:10|192\.168|172\.(?:1[6-9]|2\d|3[01]))(?:\.\d{1,3}){2,3}\b"
        rf"|(?<=[\w-])\.(?:{PRIVATE_SUFFIX})\b(?!\()"
        r"|(?<![a-z0-9])(?:node|host|srv|server|bastion|db|vm|worker|prod|staging)-?(?:[a-z0-9]{1,20}-){0,4}\d{2,}\b",
        re.IGNORECASE,
    ),
    "a person": re.compile(
        r"(?<=[\w.+-])@[\w-]{1,63}\.[a-z]{2,}\b|<@[UW][A-Z0-9]{4,}[^>]*>|(?<![\w@/])@(?!param|property|staticmethod)[a-z][a-z.]{2,}\b"
        rf"|\b(?:[Aa]sk|[Cc]all|[Pp]ing|[Cc]ontact|[Pp]age|[Tt]ell|[Ee]mail|DM) (?!(?:{NAMES_OF_ROLES})\b)"
        r"[A-Z][a-zà-ÿ]{2,}(?: [A-Z][a-zà-ÿ]+)?(?=[ ,.;\n]|$)"
    ),
    "a project or ticket of one organisation": re.compile(
        r"\b(?:[Pp]roject|[Oo]peration|[Cc]ode ?named?) [A-Z][a-zà-ÿ]{2,}\b"
        r"|\b(?!(?:AML|CAPEC|COVID|CVE|CWE|FM|GHSA|GPT|IEC|IEEE|ISO|LLM|MD|ML|NIST|OWASP|PEP|RFC|RTX|SHA|T|TLS|UTF|XID)-)"
        r"[A-Z][A-Z0-9]{1,9}-\d{2,6}\b"
    ),
}
BLAME: Final = re.compile(
    r"\b(?:careless\w*|human error|operator error|pilot error|user error|negligen\w+|incompeten\w+|sloppy|sloppiness"
    r"|lazy (?:engineer|developer|operator|team|person)\w*|stupid\w*|idiot\w*|reckless\w*"
    r"|(?:who|is|are|was|were) to blame|blames? (?:the|on)|(?:forgot|forgotten|neglected|bothered) to|culprits?"
    r"|should(?:n['’]t| not)? have (?:\w+ly )?(?:been|known|seen|caught|done|gone|told|found|kept|taken|given|thought"
    r"|understood|noticed|checked|tested|\w{3,}ed))\b",
    re.IGNORECASE,
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
        if WHOLE_NAME.match(named_role):
            yield Flaw(
                place, f"“{named_role}” looks like a person; name a role or a rota, which outlives who fills it."
            )


def blaming_words(entry: FailureMode, _: Surroundings) -> Iterator[Flaw]:
    """Find words that blame instead of naming the condition that let it happen."""
    for place, _kind, word in _matches(entry, {"blame": BLAME}):
        yield Flaw(place, f"“{word}” blames; say which condition let it happen, and what would have shown it.")


def _matches(entry: FailureMode, patterns: Mapping[str, re.Pattern[str]]) -> Iterator[tuple[str, str, str]]:
    """Yield where the first pattern that a text matches matched: place, kind and the words.

    A clean entry, which is nearly every one, costs one search a pattern over all its texts together.
    """
    texts = list(portable_texts(entry))
    together = "\n".join(text for _, text in texts)
    found = {kind: pattern for kind, pattern in patterns.items() if pattern.search(together)}
    for place, text in texts if found else ():
        for kind, pattern in found.items():
            if named := pattern.search(text):
                yield place, kind, _whole_words(text, named)
                break


def _whole_words(text: str, match: re.Match[str]) -> str:
    """Return the match with the rest of the words in which it begins and ends."""
    begin = max(text.rfind(blank, 0, match.start()) for blank in " \n\t(“\"'") + 1
    rest = re.match(r"[\w./@-]*", text[match.end() :])
    return (text[begin : match.end()] + (rest.group() if rest else "")).rstrip(".")


def portable_texts(entry: FailureMode) -> Iterator[tuple[str, str]]:
    """Yield every text that is read outside the organisation, with its dotted path."""
    yield from _texts("", entry)


def _texts(place: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        if " " in value or not value.islower() or not NOT_IN_TERMS.isdisjoint(value):
            yield place, value
    elif isinstance(value, BaseModel):
        for name, inner in value:
            if name not in LOCAL:
                yield from _texts(f"{place}.{name}" if place else name, inner)
    elif isinstance(value, list):
        for nth, inner in enumerate(value):
            yield from _texts(f"{place}.{nth}", inner)


def _roles(entry: FailureMode) -> Iterator[tuple[str, str]]:
    for place, detector in enumerate(entry.detectors):
        if detector.owner:
            yield Flaw(f"detectors.{place}.owner", detector.owner)
    for place, remedy in enumerate(entry.mitigations):
        yield Flaw(f"mitigations.{place}.owner", remedy.owner)
        for nth, step in enumerate(remedy.escalation):
            yield Flaw(f"mitigations.{place}.escalation.{nth}.to", step.to)
    for place, study in enumerate(entry.case_studies):
        for nth, one in enumerate(study.responsibilities):
            yield Flaw(f"case_studies.{place}.responsibilities.{nth}.role", one.role)
