"""Linting a large catalog, and finding doubles in it: seconds, memory, and how many planted doubles are found.

    python -m benchmarks.large_catalog [ENTRIES]

The entries are made from the pilot's: each copy gets words of its own in title, aliases, summary and symptom, so that
it is as unlike its siblings as two entries of one field are. Every hundredth is a double of an earlier one: the same
failure with the title in another order and the symptom cut short, under other aliases.
"""

import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml

from workflows.entries.document import FailureMode
from workflows.entries.yamlfile import safe_yaml
from workflows.quality.likeness import look_alikes
from workflows.quality.neighbourhood import Neighbourhood

PILOT = Path("catalog")
DOUBLE_EVERY = 100
SYLLABLES = "ba ce di fo gu ha je ki lo mu na pe ri so tu va we xi yo zu".split()  # noqa: SIM905 - twenty quoted strings


def main(arguments: Sequence[str]) -> None:
    """Print what linting costs and what it finds."""
    count = int(arguments[0]) if arguments else 10_000
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for number, document in enumerate(documents(count)):
            text = yaml.dump(document, Dumper=yaml.CSafeDumper, sort_keys=False, allow_unicode=True)
            (root / "entries").mkdir(exist_ok=True)
            (root / "entries" / _name(number)).write_text(text, encoding="utf-8")
        (root / "vocabulary.yaml").write_bytes((PILOT / "vocabulary.yaml").read_bytes())
        _lint(root, count)
    _time_one_draft(count)


def _lint(root: Path, count: int) -> None:
    """Run the shipped command and print its cost, and how many planted doubles it names."""
    begun = time.perf_counter()
    run = subprocess.run(
        [sys.executable, "-m", "bot", "lint", root, "--format", "json"], capture_output=True, check=False
    )
    took = time.perf_counter() - begun
    found = json.loads(run.stdout)
    megabytes = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    told = {Path(one["path"]).name for one in found["problems"] if one["check"] == "near-double"}
    planted = {_name(number) for number in range(count) if _is_double(number)}
    originals = {_name(number - 1) for number in range(count) if _is_double(number)}
    print(f"lint: {count} entries in {took:.1f} s, {took / count * 1000:.2f} ms each, peak {megabytes:.0f} MiB")
    print(f"problems: {found['blocking']} blocking, {found['flagged']} flagged")
    print(f"planted doubles named: {len(planted & told)} of {len(planted)}; others: {len(told - planted - originals)}")


def _time_one_draft(count: int) -> None:
    entries = [FailureMode.model_validate(document) for document in documents(count)]
    begun = time.perf_counter()
    neighbourhood = Neighbourhood(entries)
    neighbourhood.candidates(entries[0])
    built = time.perf_counter() - begun
    begun = time.perf_counter()
    asked = entries[:: max(1, len(entries) // 500)]
    for entry in asked:
        look_alikes(entry, neighbourhood)
    each = (time.perf_counter() - begun) / len(asked) * 1000
    print(f"doubles of one draft among {len(entries)}: {each:.1f} ms, after {built:.1f} s of building the index once")


def documents(count: int) -> Iterator[dict[str, Any]]:
    """Yield the documents of a catalog of so many entries, by number."""
    pilot = [safe_yaml(path.read_bytes()) for path in sorted((PILOT / "entries").glob("*.yaml"))]
    before: dict[str, Any] = {}
    for number in range(count):
        before = _double(before, number) if _is_double(number) else _copy(pilot[number % len(pilot)], number)
        yield before


def _is_double(number: int) -> bool:
    return number % DOUBLE_EVERY == DOUBLE_EVERY - 1


def _id(number: int) -> str:
    return f"FM-{number + 1:04d}"


def _name(number: int) -> str:
    return f"{_id(number)}-mode-{number}.yaml"


def _copy(original: dict[str, Any], number: int) -> dict[str, Any]:
    """Return the entry about something else of the same field: a third of its words are its own."""
    chance = random.Random(number)
    own = ["".join(chance.choices(SYLLABLES, k=3)) for _ in range(12)]

    def reworded(text: str, share: float = 0.35) -> str:
        return " ".join(chance.choice(own) if chance.random() < share else word for word in text.split())

    return {
        **original,
        "id": _id(number),
        "slug": f"mode-{number}",
        "title": f"{reworded(original['title'], 0.5)[:60].strip()} {own[0]}",
        "summary": reworded(original["summary"])[:280].strip(),
        "symptom": reworded(original["symptom"]),
        "aliases": [f"{alias} {chance.choice(own)} {number}" for alias in original["aliases"]],
        "related": [],
        "discriminators": [],
    }


def _double(original: dict[str, Any], number: int) -> dict[str, Any]:
    """Return the same failure as somebody else would draft it."""
    words = original["title"].split()
    half = original["symptom"].split()
    return {
        **original,
        "id": _id(number),
        "slug": f"mode-{number}",
        "title": " ".join([*words[1:], words[0]]),
        "symptom": " ".join(half[: len(half) * 3 // 4]),
        "aliases": [f"alias {place} of {number}" for place in range(3)],
    }


if __name__ == "__main__":
    main(sys.argv[1:])
