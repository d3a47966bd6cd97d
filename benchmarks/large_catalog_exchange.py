"""How long a large catalog takes to read, import, export and start with, and how much memory.

    python -m benchmarks.large_catalog_exchange [ENTRIES=10000]

Each row is a process of its own on SQLite, so its memory is its own. Peers read the same files in the same run.
"""

import multiprocessing
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import yaml
from ruamel.yaml import YAML

from store import Store, migrate
from workflows.clock import system_clock
from workflows.entries.catalog import Catalog
from workflows.entries.importing import read_catalog
from workflows.entries.vocabulary import VOCABULARY_FILE, Vocabulary
from workflows.exchange.exports import Exports, Format
from workflows.exchange.imports import Imports
from workflows.people import OPERATOR, People
from workflows.reviews.cadence import Cadence

PILOT = Path(__file__).parents[1] / "catalog"
RUAMEL_SAMPLE = 200  # files; it takes twenty times as long, so its figure is scaled up


class _Nobody:
    """A workspace of nobody: figures need no people."""

    def members_of(self, _group_id: str) -> frozenset[str]:
        return frozenset()

    def is_active(self, _user_id: str) -> bool:
        return True

    def is_away(self, _user_id: str) -> bool:
        return False

    def zone_of(self, _user_id: str) -> str:
        return ""

    def is_informed(self) -> bool:
        return True


def main(arguments: Sequence[str]) -> None:
    """Measure and print."""
    entries = int(arguments[0]) if arguments else 10_000
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        size = _generate(folder / "catalog", entries)
        print(f"{entries} entries, {size / 1e6:.0f} MB of YAML\n")
        print(f"{'':44}{'seconds':>9}{'per entry':>12}{'peak MB':>9}{'× libyaml':>11}")
        peer = 0.0
        for name, step in STEPS.items():
            seconds, memory = _measured(step, folder)
            seconds *= entries / min(RUAMEL_SAMPLE, entries) if step is _ruamel else 1
            peer = peer or seconds
            each = seconds / entries * 1000
            print(f"{name:44}{seconds:>9.1f}{each:>9.2f} ms{memory:>9.0f}{seconds / peer:>11.1f}", flush=True)


def _generate(folder: Path, entries: int) -> int:
    """Write variations of the pilot's entries and return their size in bytes; their texts differ in every sentence."""
    (folder / "entries").mkdir(parents=True)
    (folder / VOCABULARY_FILE).write_bytes((PILOT / VOCABULARY_FILE).read_bytes())
    pilot = sorted((PILOT / "entries").glob("*.yaml"))
    size = 0
    for number in range(1, entries + 1):
        source = pilot[number % len(pilot)]
        entry_id, slug = source.stem[:7], source.stem[8:]
        text = source.read_text().replace(f"id: {entry_id}\n", f"id: FM-{number:04d}\n", 1)
        text = text.replace(f"slug: {slug}\n", f"slug: {slug}-{number}\n", 1).replace(" the ", f" {_word(number)} ")
        size += (folder / "entries" / f"FM-{number:04d}-{slug}-{number}.yaml").write_bytes(text.encode())
    return size


def _word(number: int) -> str:
    """Return a word of three letters for the number, so that texts differ and stay within their limits."""
    return "".join(chr(97 + number // 26**place % 26) for place in range(3))


def _measured(step: Callable[[Path], float], folder: Path) -> tuple[float, float]:
    """Return the step's seconds and its peak memory in megabytes, in a process of its own."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_alone, (step, folder))


def _alone(step: Callable[[Path], float], folder: Path) -> tuple[float, float]:
    seconds = step(folder)
    return seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3  # Linux counts in kilobytes


def _timed(deed: Callable[[], object]) -> float:
    started = time.perf_counter()
    deed()
    return time.perf_counter() - started


def _contents(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in sorted((folder / "catalog" / "entries").glob("*.yaml"))]


def _libyaml(folder: Path) -> float:
    contents = _contents(folder)
    return _timed(lambda: [yaml.load(content, yaml.CSafeLoader) for content in contents])


def _ruamel(folder: Path) -> float:
    contents = _contents(folder)[:RUAMEL_SAMPLE]
    return _timed(lambda: [YAML().load(content) for content in contents])


def _read(folder: Path) -> float:
    return _timed(lambda: read_catalog(folder / "catalog"))


def _catalog(folder: Path) -> Catalog:
    store = Store.open(f"sqlite:///{folder / 'benchmark.db'}")
    migrate(store.engine)
    return Catalog(store, system_clock, People({}, _Nobody()), Cadence())


def _dry_run(folder: Path) -> float:
    imports = Imports(_catalog(folder), Vocabulary.load(PILOT))
    return _timed(lambda: imports.import_folder(folder / "catalog", OPERATOR, dry_run=True))


def _import(folder: Path) -> float:
    imports = Imports(_catalog(folder), Vocabulary.load(PILOT))
    return _timed(lambda: imports.import_folder(folder / "catalog", OPERATOR))


def _export(folder: Path, target: str, form: Format) -> float:
    exports = Exports(_catalog(folder), Vocabulary.load(PILOT), PILOT / VOCABULARY_FILE)
    return _timed(lambda: exports.export(folder / target, form, OPERATOR))


def _export_new(folder: Path) -> float:
    return _export(folder, "new", "yaml")


def _export_unchanged(folder: Path) -> float:
    return _export(folder, "catalog", "yaml")


def _export_json(folder: Path) -> float:
    return _export(folder, "json", "json")


def _export_markdown(folder: Path) -> float:
    return _export(folder, "markdown", "markdown")


def _start(folder: Path) -> float:
    catalog = _catalog(folder)
    return _timed(catalog.refresh)


STEPS: Mapping[str, Callable[[Path], float]] = {
    "peer: libyaml alone, unchecked": _libyaml,
    "peer: ruamel.yaml alone": _ruamel,
    "read and check all files": _read,
    "import, dry run": _dry_run,
    "import into an empty database": _import,
    "import again, nothing changed": _import,
    "export as YAML, new folder": _export_new,
    "export as YAML, nothing changed": _export_unchanged,
    "export as JSON": _export_json,
    "export as Markdown": _export_markdown,
    "start-up: catalog and search index": _start,
}


if __name__ == "__main__":
    main(sys.argv[1:])
