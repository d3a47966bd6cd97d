"""`faultline evaluate`: every engine in a process of its own, so that none pays for another; told as JSON or tables."""

import multiprocessing
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, TypeVar

import psutil
from rich.table import Table

from workflows.evaluation.engines import Engine, Missing
from workflows.evaluation.evaluation import AS_GIVEN, Figures, Memory, Trial
from workflows.evaluation.material import Material

OURS: Final = "faultline"
RANKING: Final = ("hit@1", "hit@3", "hit@5", "mrr@10", "lenient@3")
COST: Final = ("p50_ms", "p95_ms", "build_s", "memory_mb")
SPEAKING: Final = (
    *("hit@1", "hit@3", "hit@5", "lenient@3"),
    *("coverage", "precision", "silence", "calibration_error", "first_card"),
)
_Figures = TypeVar("_Figures")
OF_INCIDENTS: Final = ("per_message", "per_incident")


class ResidentMemory(Memory):
    """The resident memory of this process."""

    def used(self) -> int:
        """Return the bytes in use."""
        return int(psutil.Process().memory_info().rss)


@dataclass(frozen=True)
class Report:
    """What was measured: the figures by noise and engine, and why some engines are left out."""

    threshold: float
    material: Material
    figures: Mapping[str, Mapping[str, Figures]]
    left_out: Mapping[str, str]

    def as_json(self) -> dict[str, Any]:
        """Return the report as docs/evaluation.md describes it for programs."""
        told: dict[str, Any] = {
            "entries": len(self.material.items),
            "queries": len(self.material.queries),
            "examples": len(self.material.examples),
            "negatives": len(self.material.negatives),
            "threshold": self.threshold,
            "engines": self.figures[AS_GIVEN],
        }
        ours = self.figures[AS_GIVEN].get(OURS, {})
        told |= {part: ours[part] for part in OF_INCIDENTS if part in ours}
        noises = {noise: {"engines": engines} for noise, engines in self.figures.items() if noise != AS_GIVEN}
        return told | {"noise": noises, "left_out": self.left_out}

    def tables(self) -> list[Table]:
        """Return the tables for a person: ranking as given and with each noise, cost, incidents."""
        tables = [
            _table(f"with noise: {noise}" if noise else "as given", RANKING, engines)
            for noise, engines in self.figures.items()
        ]
        tables.append(_table("what it costs", COST, self.figures[AS_GIVEN]))
        for part in OF_INCIDENTS:
            rows = {name: figures[part] for name, figures in self.figures[AS_GIVEN].items() if part in figures}
            if rows:
                tables.append(_table(part.replace("_", " "), SPEAKING, rows))
        return tables


def evaluate(engines: Iterable[Engine], material: Material, noises: Sequence[str], threshold: float) -> Report:
    """Return what the engines achieve; one that cannot run here is left out, with the reason."""
    figures: dict[str, dict[str, Figures]] = {noise: {} for noise in (AS_GIVEN, *noises)}
    left_out: dict[str, str] = {}
    for engine in engines:
        try:
            for noise, told in apart(partial(Trial(engine, material, noises).run, ResidentMemory())).items():
                figures[noise][engine.name] = told
        except Missing as reason:
            left_out[engine.name] = str(reason)
    return Report(threshold, material, figures, left_out)


def apart(run: Callable[[], _Figures]) -> _Figures:
    """Run it in a fresh process on one core: what one engine keeps in memory is no other's gain or loss."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"), initializer=_alone) as process:
        return process.submit(run).result()


def _alone() -> None:
    """Keep the process to one core, as the goals are stated; libraries read this when they are first imported."""
    os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "RAYON_NUM_THREADS"), "1"))
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:1])


def _table(title: str, columns: Sequence[str], engines: Mapping[str, Figures]) -> Table:
    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    table.add_column("engine")
    for column in columns:
        table.add_column(column, justify="right")
    for name, figures in engines.items():
        within = figures.get("intervals", {})
        table.add_row(name, *(_told(figures.get(column), within.get(column)) for column in columns))
    return table


def _told(value: float | None, within: tuple[float, float] | None) -> str:
    """Return the figure, with the bounds of 95 % of resamples under it where there are any."""
    if value is None:
        return "–"
    return f"{value:.3g}\n{within[0]:.2g}–{within[1]:.2g}" if within else f"{value:.3g}"
