"""The catalog as a tree of Markdown that MkDocs and Git hosts render: an index, a page an entry, tags, a navigation."""

from collections.abc import Iterable, Mapping
from html import escape

import yaml

from workflows.entries.entry import Entry
from workflows.entries.vocabulary import Vocabulary
from workflows.exchange.markdown import inline, table
from workflows.exchange.page import entry_page

SITE_NAME = "Failure modes"
README = f"# {SITE_NAME}\n\nStart at [the index](docs/README.md), or build the site with `mkdocs build`.\n"


def site_files(entries: Iterable[Entry], vocabulary: Vocabulary) -> Mapping[str, str]:
    """Return the text of every file by its name in the tree."""
    shown = sorted(entries, key=lambda entry: entry.id)
    pages = {entry.document.slug: f"{entry.id}-{entry.document.slug}.md" for entry in shown}
    by_domain = _by_domain(shown)
    return {
        "README.md": README,
        "mkdocs.yml": _navigation(by_domain),
        "docs/README.md": _index(by_domain, vocabulary.terms.get("domain", {})),
        "docs/tags.md": _tags(shown),
        **{f"docs/entries/{pages[entry.document.slug]}": entry_page(entry, pages) for entry in shown},
    }


def _by_domain(entries: Iterable[Entry]) -> dict[str, list[Entry]]:
    found: dict[str, list[Entry]] = {}
    for entry in entries:
        found.setdefault(entry.document.domain, []).append(entry)
    return dict(sorted(found.items()))


def _address(entry: Entry) -> str:
    return f"entries/{entry.id}-{entry.document.slug}.md"


def _navigation(by_domain: Mapping[str, list[Entry]]) -> str:
    # MkDocs puts titles of the navigation into its pages as they are, so they are escaped here.
    domains = [
        {domain: [{escape(f"{entry.id} {entry.document.title}"): _address(entry)} for entry in entries]}
        for domain, entries in by_domain.items()
    ]
    site = {"site_name": SITE_NAME, "theme": "readthedocs", "nav": [{"By domain": "README.md"}, *domains]}
    site["nav"] = [*site["nav"], {"By tag": "tags.md"}]
    return yaml.safe_dump(site, sort_keys=False, allow_unicode=True, width=1000)


def _index(by_domain: Mapping[str, list[Entry]], meanings: Mapping[str, str]) -> str:
    blocks = [f"# {SITE_NAME}", "[By tag](tags.md)"]
    for domain, entries in by_domain.items():
        rows = [
            (
                f"[{entry.id}]({_address(entry)})",
                inline(entry.document.title),
                entry.document.severity.typical,
                inline(entry.document.first_containment_step or ""),
            )
            for entry in entries
        ]
        blocks += [f"## {inline(domain)}", inline(meanings.get(domain, ""))]
        blocks.append(table(("Id", "Failure mode", "Severity", "First step"), rows))
    return "\n\n".join(block for block in blocks if block) + "\n"


def _tags(entries: Iterable[Entry]) -> str:
    found: dict[str, list[Entry]] = {}
    for entry in entries:
        for tag in entry.document.tags:
            found.setdefault(tag, []).append(entry)
    blocks = ["# Tags"]
    for tag, tagged in sorted(found.items()):
        listed = [f"- [{entry.id}]({_address(entry)}) {inline(entry.document.title)}" for entry in tagged]
        blocks += [f"## {inline(tag)}", "\n".join(listed)]
    return "\n\n".join(blocks) + "\n"
