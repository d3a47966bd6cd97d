"""Log signatures are found as if each were tried, while hardly any is."""

from collections.abc import Sequence
from pathlib import Path

import pytest
import re2
from hypothesis import example, given
from hypothesis import strategies as st

from tests.bad_input import BAD_TEXTS, PATTERNS_THAT_EXPLODE
from workflows.entries.importing import read_catalog
from workflows.search.signatures import Signatures, needed_by

WITHOUT_CASE = re2.Options()
WITHOUT_CASE.case_sensitive = False
WITHOUT_CASE.log_errors = False
PIECES = (
    "cuda", "error", " ", "OOM", "(a|bcd|efg)", "(?:timeout|time.out)?", ".{0,40}", "[0-9]+", "x*", "y?", "ab{2,3}",
    "zz{0,4}", "\\b", "\\d{2,}", "\\.", "(?P<name>memory)", "^", "$", "|", "\\x41", "\\x{42}BC", "[[:alpha:]]b",
    "[^]x]", "\\pL", "\\p{Greek}", "(?i)", "(?-i:GPU)", "\\Qa.b\\E", "ſ", "k", "ß", "(", ")", "{", "a{", "+", "\\n",
)  # fmt: skip
SAID = ("cuda", "error", " ", "oom", "bcd", "timeout", "7", "memory", "A", "BBC", "gpu", "a.b", "s", "abb", "\n")
TEXTS = st.lists(st.sampled_from(SAID), max_size=12).map("".join)


def tried_one_by_one(patterns: Sequence[str], text: str) -> tuple[str, ...]:
    found = []
    for pattern in patterns:
        try:
            match = re2.compile(pattern, WITHOUT_CASE).search(text)
        except re2.error:
            continue
        found += [match.group()] if match and match.group() else []
    return tuple(found)


@given(st.lists(st.lists(st.sampled_from(PIECES), min_size=1, max_size=6).map("".join), min_size=1, max_size=4), TEXTS)
@example(["K8s pod"], "\u212a8\u017f pod")  # the Kelvin sign and the long s are letters of another case
@example(["(abc)?def", "abc(|def)", "(abc|)x"], "def abc x")
def test_what_is_found_is_what_trying_each_finds(patterns: list[str], text: str) -> None:
    found = Signatures({0: patterns}).found(text)

    assert found.get(0, ()) == tried_one_by_one(patterns, text)


def test_the_pilot_entries_own_signatures_need_letters_every_one() -> None:
    signatures = [text for file in read_catalog(Path("catalog")) for text in file.entry.log_signatures]

    assert [text for text in signatures if not needed_by(text)] == []


@pytest.mark.parametrize(
    ("pattern", "needed"),
    [
        ("cuda.*out of memory", (("cuda",), ("out of memory",))),
        ("(xla|triton).{0,60}oom", (("xla", "triton"), ("oom",))),
        ("colou?r", (("colo",),)),
        ("(timeout)*", ()),
        ("a|timeout", ()),
        ("(broken", ()),
        ("\\Qliteral\\E", ()),
    ],
)
def test_what_a_pattern_needs_is_told_only_where_it_is_sure(pattern: str, needed: tuple[tuple[str, ...], ...]) -> None:
    assert needed_by(pattern) == needed


def test_entries_that_share_a_signature_are_all_found_in_the_order_of_theirs() -> None:
    signatures = Signatures({3: ["killed", "exit 137"], 1: ["exit 137"], 2: ["segfault"]})

    assert signatures.found("Exit 137: Killed") == {1: ("Exit 137",), 3: ("Killed", "Exit 137")}


@pytest.mark.parametrize("pattern", PATTERNS_THAT_EXPLODE)
def test_a_pattern_that_explodes_elsewhere_runs_in_linear_time(pattern: str) -> None:
    text = BAD_TEXTS["fit for exploding patterns"]

    found = Signatures({0: [pattern, "never there"]}).found(text)

    assert set(found) <= {0}
