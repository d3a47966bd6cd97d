"""Secrets and personal data, taken out of text before it is kept.

Known tokens      what cloud providers, code hosts, chats and payment services hand out, by their shape; private keys
Named secrets     whatever follows `password=`, `token:`, `Bearer`, `Cookie:` and their like
Links             the credentials, the query and the fragment; where a link leads stays
People            mail addresses, @mentions and user ids, phone numbers, names in home folders
Machines          IPv4, IPv6 and MAC addresses
Numbers           of accounts, cards, customers: nine digits and more, IBANs, social security numbers
Opaque tokens     long hexadecimal and base64 runs, UUIDs

What is taken out becomes three dots and no word such as [token], which texts would share. Names in prose are not
known from other words and stay. RE2 reads in linear time, whatever was pasted.
"""

import ipaddress
import math
from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from typing import Any, Final

import re2

from workflows.entries.parts import without_unstorable_characters

MASK: Final = "•••"
MAX_CHARACTERS: Final = 40_000  # as long as Slack's longest message; what follows is dropped
PASSES: Final = 8  # what is taken out may bring two halves of something else together; hardly ever more than once

# The dots count as part of a word: taking something out never makes a border where there was none.
_EDGE = r"(^|[^\w•])"
_OPAQUE_AT_LEAST = 20  # characters from which a run may be a token
_MIXED = 0.25  # share of neighbouring characters of different kinds; names of things have about 0.1, tokens 0.4
_ENTROPY = 4.5  # bits a character, detect-secrets' own limit for base64

_TOKENS: Final = (
    r"(?:A3T[A-Z0-9]|ABIA|ACCA|AKIA|ASIA)[0-9A-Z]{16}",  # AWS
    r"AIza[\w-]{30,}|ya29\.[\w-]{20,}",  # Google
    r"gh[a-z]_[A-Za-z0-9_]{30,}|github_pat_\w{20,}",  # GitHub
    r"(?:gl[a-z]{2,6}-|GR1348941)[\w-]{20,}",  # GitLab
    r"xox[a-z]-[\w.-]+|xapp-[\w.-]{6,}|hooks\.slack\.com/[\w/-]+",  # Slack
    r"(?:sk|rk|pk|whsec)_(?:live_|test_)?[0-9A-Za-z]{16,}|sq0[a-z]{3}-[\w\\-]{20,}",  # payments
    r"SG\.[\w-]{16,}\.[\w-]{16,}|[0-9a-z]{32}-us[0-9]{1,2}",  # mail
    r"npm_\w{20,}|pypi-[\w-]{16,}",  # package registries
    r"[MNO][a-zA-Z0-9_-]{20,25}\.[\w-]{6}\.[\w-]{20,}|[0-9]{8,10}:[\w-]{35}",  # Discord, Telegram
    r"(?:AC|SK)[a-z0-9]{32}",  # Twilio
    r"eyJ[\w=-]+\.[\w=-]+(?:\.[\w.+/=-]*)?",  # JSON web tokens
)
# Names of things begin like these too, so these count only with a digit: model providers, Artifactory.
_PERHAPS_TOKENS: Final = r"sk-[\w-]{20,}|hf_[A-Za-z0-9]{20,}|AKC[a-zA-Z0-9]{10,}|AP[0-9A-F][a-zA-Z0-9]{8,}"
_NAMES: Final = (
    r"(?i)((?:passw(?:or)?d|passphrase|pwd|secret|token|credentials?|api[_-]?key|access[_-]?key|account[_-]?key|auth[_-]?key"
    r"|private[_-]?key|session[_-]?id|auth|authorization|cookie)(?:[_.-]\w*)?[\"']?\]?[ \t]*(?::=|=>|==?|::?)[ \t]*)"
)

Rule = tuple[Any, Callable[[Any], str]]


def _rule(pattern: str) -> Rule:
    """Take out what the pattern finds, except what its first group holds."""
    compiled = re2.compile(pattern)
    kept = bool(compiled.groups)
    # Functions, because RE2's binding garbles characters beyond ASCII in a replacement that is a string.
    return compiled, lambda found: f"{found.group(1)}{MASK}" if kept else MASK


def _where(pattern: str, is_meant: Callable[[str], bool]) -> Rule:
    """Take out only those runs of the pattern that look as meant."""
    return re2.compile(pattern), lambda found: MASK if is_meant(found.group()) else found.group()


def masked(text: str) -> str:
    """Return the text without secrets and personal data, at most `MAX_CHARACTERS`; twice is once."""
    plain = _shortened(without_unstorable_characters(text))
    for _ in range(PASSES):
        before = plain
        for pattern, instead in RULES:
            plain = pattern.sub(instead, plain)
        if plain == before:
            break
    return plain


def _shortened(text: str) -> str:
    """Cut between words where there are any: half a token would no longer look like one."""
    if len(text) <= MAX_CHARACTERS:
        return text
    whole, _, _ = text[:MAX_CHARACTERS].rpartition(" ")
    return whole or text[:MAX_CHARACTERS]


def _is_ip_v6(run: str) -> bool:
    if run.count(":") < 2 or not any(map(str.isdigit, run)):  # noqa: PLR2004 - the fewest that an address has
        return False
    try:
        ipaddress.ip_address(run.strip("[]").rstrip(":.") if not run.endswith("::") else run)
    except ValueError:
        return False
    return True


def _has_digit(run: str) -> bool:
    return any(map(str.isdigit, run))


def _is_opaque(run: str) -> bool:
    """Return whether a long run is random rather than the name of something: its kinds of characters change often."""
    if len(run) < _OPAQUE_AT_LEAST or not _has_digit(run):
        return False
    changes = sum(_changes(one, next_one) for one, next_one in pairwise(run))
    return changes >= _MIXED * len(run) or _bits(run) >= _ENTROPY


def _changes(one: str, next_one: str) -> bool:
    """Return whether the kind changes; a capital before a small letter is how names are written."""
    if one.isdigit() != next_one.isdigit():
        return one.isalnum() and next_one.isalnum()
    return one.islower() and next_one.isupper()


def _bits(run: str) -> float:
    shares = [count / len(run) for count in Counter(run).values()]
    return -sum(share * math.log2(share) for share in shares)


RULES: Final = (
    _rule(r"(?s)(?:-----)?BEGIN [A-Z0-9 ]*PRIVATE KEY.*?(?:-----END [A-Z0-9 ]*PRIVATE KEY[A-Z ]*-----|\z)"),
    _rule(r"(?s)PuTTY-User-Key-File.*"),
    _rule(r"(://)[^\s/@•]+@"),
    _rule(r"([A-Za-z][A-Za-z0-9+.-]*://[^\s?#<>|\"'`]+[?#])[^\s<>|\"'`]*"),
    _rule(rf"(?:\b|_)(?:{'|'.join(_TOKENS)})[\w+/=~-]*"),
    _where(rf"\b(?:{_PERHAPS_TOKENS})", _has_digit),
    _rule(r"(?i)((?:bearer|authorization:?\s+\w+)\s+)[\w.~+/=-]{8,}"),
    _rule(_NAMES + r"(?:\"[^\"\n]*\"|'[^'\n]*'|[^\s,;\"'<>]+)"),
    _rule(r"(?i)(aws.{0,20}?(?:key|pwd|pw|pass|token).{0,20}?[\"'])[0-9a-z/+]{40}"),
    _rule(r"(?i)((?:password|passwd|passphrase|pwd)\s+(?:is|was|to)\s+)\S+"),
    _rule(r"[\pL\pN._%+'-]+@[\pL\pN-]+(?:\.[\pL\pN-]+)*\.\pL{2,}"),
    _rule(r"<[@!][^<>\n]{1,100}>"),
    _rule(rf"{_EDGE}@[A-Za-z][\w.-]*"),
    _where(r"\b[UW][A-Z0-9]{7,14}\b", _has_digit),
    _rule(r"(?i)((?:/home/|/users/|\\users\\))[\w.-]+"),
    _rule(r"(?i)(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}"),
    _where(r"\[?[\w.]*:[\w:.]*:[\w:.%]*\]?", _is_ip_v6),
    _rule(r"\b(?:[0-9]{1,3}\.){3}[0-9]{1,3}(?:/[0-9]{1,2}|:[0-9]{1,5})?"),
    _rule(r"\b[0-9]{3}-[0-9]{2}-[0-9]{4}\b"),
    _rule(r"\b[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?\b"),
    _rule(r"\b[0-9]{4}(?:[ -][0-9]{4}){2,3}(?:[ -][0-9]{1,4})?\b"),
    _rule(r"\+[0-9][0-9 ()./-]{6,18}[0-9]|\(?\b[0-9]{3}\)?[ .-][0-9]{3}[ .-][0-9]{4}\b|\b0[0-9]{1,4}[ /-][0-9]{5,9}\b"),
    _rule(r"(?i)\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\b(?:0x)?[0-9a-f]{16,}"),
    _rule(r"[0-9]{9,}"),
    _where(r"[A-Za-z0-9+/_=-]{20,}", _is_opaque),
)
