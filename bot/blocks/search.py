"""What a search answers: the entries found, the checks that tell look-alikes apart, and what to try instead."""

import zlib
from collections.abc import Sequence

from bot import ids
from bot.blocks.elements import (
    Block,
    Rendered,
    actions,
    button,
    choices_field,
    clip,
    context,
    divider,
    escape,
    modal,
    section,
    text_field,
)
from bot.blocks.entries import card_blocks, card_text, open_entry, suggest
from workflows.entries.vocabulary import Vocabulary
from workflows.search.filters import FACETS, Asked, as_words, terms_of
from workflows.search.lookalikes import Check
from workflows.search.search import MAX_QUERY, Answer

CHOSEN = ("model", "env", "severity", "domain", "data")  # facets with a menu in the form; the others can be typed
SHORT = 80  # characters of a search that is quoted
ON_BUTTON = 40
MAX_VALUE = 2_000  # characters that a button carries
_MENUS = tuple(facet for facet in FACETS if facet.name in CHOSEN)


def answered(answer: Answer) -> Rendered:
    """Return the answer to a search: one card an entry, or what to do when nothing was found."""
    asked = escape(clip(answer.asked.words, SHORT))
    quoted = f"“{asked}”" if asked else ""
    narrowed = f"`{escape(answer.asked.narrowing)}`" if answer.asked.filters else ""
    subject = ", ".join(part for part in (quoted, narrowed) if part)
    if not answer.found:
        return _nothing(answer, subject)
    count = "The one match" if answer.total == 1 else f"All {answer.total} matches"
    if answer.total > len(answer.found):
        count = f"The best {len(answer.found)}" if asked else f"The first {len(answer.found)} of {answer.total}"
    blocks = [context(f"{count} for {subject}")]
    if answer.nearby:
        blocks.append(_instead(answer))
    for one in answer.found:
        blocks += card_blocks(one.entry, one.why)
        blocks.append(actions(f"found:{one.entry.id}", [open_entry(one.entry), suggest(one.entry)]))
    blocks += check_blocks(answer.checks)
    summary = "\n".join(card_text(one.entry) for one in answer.found)
    told = [f"Matches for {subject}:", summary, check_text(answer.checks), _instead_text(answer)]
    return Rendered("\n".join(filter(None, told)), blocks)


def check_blocks(checks: Sequence[Check]) -> list[Block]:
    """Return what tells look-alikes apart, a paragraph for each pair."""
    return [section(f":left_right_arrow: {_told_apart(one, mark='*')}") for one in checks]


def check_text(checks: Sequence[Check]) -> str:
    """Return the same in plain words, for notifications and screen readers."""
    return "\n".join(_told_apart(one) for one in checks)


def search_form(vocabulary: Vocabulary, answer: Answer | None = None) -> Block:
    """Return the form to search with: words, the commonest filters as menus, and below them what was found."""
    asked = answer.asked if answer else Asked("")
    in_menus = {one.facet.name: one for one in asked.filters if one.facet.name in CHOSEN and not one.excludes}
    others = " ".join(str(one) for one in asked.filters if one not in in_menus.values())
    typed = f"{others} {as_words(asked.words)}".strip()[:MAX_QUERY]
    fields = [
        text_field(
            _fresh("query", typed), "What are you seeing?", multiline=False, required=False, max_length=MAX_QUERY,
            hint="In your own words, or an error line as it stands in the log.", value=typed or None,
        )
    ]  # fmt: skip
    for facet in _MENUS:
        chosen = sorted(in_menus[facet.name].terms) if facet.name in in_menus else []
        offered = terms_of(facet, vocabulary)
        if offered:
            block_id = _fresh(facet.name, ",".join(chosen))
            fields.append(choices_field(block_id, facet.label, offered, required=False, hint=None, values=chosen))
    results = [divider(), *answered(answer).blocks] if answer else []
    return modal("Search the catalog", [*fields, *results], callback_id=ids.SEARCH_FORM, submit="Search")


def _fresh(field: str, value: str) -> str:
    """Return the field's block id with what stands in it: Slack keeps what was typed before in a block of the same."""
    return f"{field}:{zlib.crc32(value.encode(errors='replace')):x}"


def _nothing(answer: Answer, subject: str) -> Rendered:
    text = f"Nothing in the catalog matches {subject}."
    hint = "Try fewer or other words, or an error line as it stands in the log."
    offers = []
    if answer.unfiltered:
        hint = "Without the filters there is more."
        offers.append(_again("Search without filters", as_words(answer.unfiltered), "unfiltered"))
    elif answer.is_gap:
        alias = button("New entry", ids.NEW_ENTRY, clip(answer.asked.words, MAX_VALUE))
        offers += [alias, button("Start a write-up", ids.START_WRITEUP, "-")]
        hint += " New to the catalog? Write it up; the words you searched with become a way to find it."
    blocks = [section(f"{text}\n{hint}")]
    if answer.nearby:
        blocks.append(_instead(answer))
    if offers:
        blocks.append(actions("nothing", offers))
    return Rendered(f"{text} {hint} {_instead_text(answer)}".strip(), blocks)


def _instead(answer: Answer) -> Block:
    """Return the row of near searches; they keep the filters."""
    narrowing = answer.asked.narrowing
    return actions(
        "nearby",
        [
            _again(f"Did you mean “{clip(words, ON_BUTTON)}”?", f"{narrowing} {as_words(words)}".strip(), str(place))
            for place, words in enumerate(answer.nearby)
        ],
    )


def _instead_text(answer: Answer) -> str:
    """Return the near searches in plain words, for notifications and screen readers."""
    offered = " or ".join(f"“{escape(clip(words, ON_BUTTON))}”" for words in answer.nearby)
    return f"Did you mean {offered}?" if offered else ""


def _again(label: str, query: str, suffix: str) -> Block:
    return button(label, f"{ids.SEARCH_AGAIN}:{suffix}", query[:MAX_VALUE])


def _told_apart(check: Check, mark: str = "") -> str:
    first, second = (f"{mark}{escape(one.title)}{mark}" for one in (check.first, check.second))
    return f"{first} or {second}? {escape(check.check)} {escape(check.result)}"
