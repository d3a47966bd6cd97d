"""The parts of an entry for which a correction can be suggested, and the form fields of each."""

from collections.abc import Mapping
from typing import Any

from bot.forms.fields import Field
from bot.forms.sections import SECTIONS, Page, Section, changes_from, fields_on, items_of, section_named, values_shown
from workflows.entries.differences import name_of, words
from workflows.entries.document import FailureMode
from workflows.entries.vocabulary import Vocabulary
from workflows.errors import NotFound

MAX_CHOICES = 100  # Slack's limit of a menu's options


def choices(document: FailureMode) -> dict[str, str]:
    """Return what can be corrected: {value: what people read}; a field of the entry, or a page of one of its items."""
    found: dict[str, str] = {}
    for one in SECTIONS:
        if one.items:
            for place, item in enumerate(items_of(one, document)):
                for page in one.pages:
                    found[f"{one.name}|{page.name}|{place}"] = f"{page.title}: {name_of(item)}"
        else:
            for name in one.pages[0].fields:
                found[f"{one.name}|{name}|-1"] = ": ".join(words(part) for part in name.split("."))
    return dict(list(found.items())[:MAX_CHOICES])


def fields_for(chosen: str, document: FailureMode, vocabulary: Vocabulary) -> tuple[list[Field], dict[str, str]]:
    """Return the form's fields for what was chosen, and what stands in them now."""
    one, page, item = _parsed(chosen)
    return fields_on(one, page, vocabulary), values_shown(one, page, document, item, vocabulary)


def suggested(chosen: str, document: FailureMode, answers: Mapping[str, str], vocabulary: Vocabulary) -> dict[str, Any]:
    """Return the document's changed fields; raises InvalidForm with a sentence by path."""
    one, page, item = _parsed(chosen)
    return changes_from(one, page, document, item, answers, vocabulary)


def changed_fields(before: FailureMode, after: FailureMode, vocabulary: Vocabulary) -> list[Field]:
    """Return the form's fields for the plain parts in which two documents differ, each once."""
    names = [
        name
        for one in SECTIONS
        if not one.items
        for name in one.pages[0].fields
        if _value(before, name) != _value(after, name)
    ]
    page = Page("changed", "Changed", tuple(names))
    return fields_on(section_named("basics"), page, vocabulary)


def changed_items(before: FailureMode, after: FailureMode) -> list[str]:
    """Return the choices for the items in which two documents differ."""
    return [
        f"{one.name}|{page.name}|{place}"
        for one in SECTIONS
        if one.items
        for place, item in enumerate(items_of(one, after))
        if item not in items_of(one, before)
        for page in one.pages
        if _page_differs(one, page, place, before, after)
    ]


def _page_differs(one: Section, page: Page, place: int, before: FailureMode, after: FailureMode) -> bool:
    old = items_of(one, before)
    if place >= len(old):
        return page == one.pages[0]
    new = items_of(one, after)[place]
    return any(_value(old[place], name) != _value(new, name) for name in page.fields)


def _value(part: Any, path: str) -> Any:
    for name in path.split("."):
        part = getattr(part, name, None)
    return part


def _parsed(chosen: str) -> tuple[Section, Page, int]:
    name, _, rest = chosen.partition("|")
    page, _, item = rest.partition("|")
    if not item.lstrip("-").isdecimal():
        msg = "This form is of an older version; open it again from the entry."
        raise NotFound(msg)
    one = section_named(name)
    if one.items:
        return one, one.page(page), int(item)
    if page not in one.pages[0].fields:
        msg = "This form is of an older version; open it again from the entry."
        raise NotFound(msg)
    return one, Page(page, page, (page,)), -1
