"""The charts of data_visualization blocks as small drawings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import cos, pi, sin
from typing import Any

from markupsafe import Markup, escape

COLOURS = ("#1264a3", "#e0783c", "#2b8a5f", "#b8447f", "#7a5cc4", "#c9a227")
WIDTH, HEIGHT, LEFT, BOTTOM = 560.0, 220.0, 44.0, 34.0
PLOT_WIDTH, PLOT_HEIGHT = WIDTH - LEFT, HEIGHT - BOTTOM - 10


@dataclass(frozen=True)
class Entry:
    """One line of a legend."""

    name: str
    colour: str


@dataclass(frozen=True)
class Drawing:
    """An SVG and its legend."""

    svg: Markup
    legend: Sequence[Entry]


def draw(chart: Mapping[str, Any]) -> Drawing:
    """Draw a chart that Slack's rules have let through."""
    return _pie(chart["segments"]) if chart["type"] == "pie" else _plot(chart)


def _svg(parts: Sequence[str], width: float = WIDTH, height: float = HEIGHT) -> Markup:
    body = "".join(parts)
    return Markup(f'<svg viewBox="0 0 {width:g} {height:g}" role="img">{body}</svg>')  # noqa: S704  Labels come in escaped.


def _pie(segments: Sequence[Mapping[str, Any]]) -> Drawing:
    total, turned, parts = sum(segment["value"] for segment in segments), 0.0, []
    for segment, colour in zip(segments, COLOURS, strict=False):
        share = segment["value"] / total
        parts.append(_slice(turned, share, colour))
        turned += share
    names = [f"{segment['label']} {segment['value'] / total:.0%}" for segment in segments]
    return Drawing(_svg(parts, WIDTH, 200), [Entry(*pair) for pair in zip(names, COLOURS, strict=False)])


def _slice(start: float, share: float, colour: str) -> str:
    if share >= 1:
        return f'<circle cx="280" cy="100" r="90" fill="{colour}"/>'
    (x1, y1), (x2, y2) = (
        (280 + 90 * sin(2 * pi * turn), 100 - 90 * cos(2 * pi * turn)) for turn in (start, start + share)
    )
    far = int(share > 1 / 2)
    path = f"M280 100 L{x1:.1f} {y1:.1f} A90 90 0 {far} 1 {x2:.1f} {y2:.1f} Z"
    return f'<path d="{path}" fill="{colour}" stroke="#fff"/>'


@dataclass(frozen=True)
class _Scale:
    """Where a value and a category stand."""

    low: float
    high: float
    categories: Sequence[str]

    def y(self, value: float) -> float:
        return 10 + PLOT_HEIGHT * (self.high - value) / ((self.high - self.low) or 1)

    def x(self, index: float) -> float:
        return LEFT + PLOT_WIDTH * (index + 0.5) / len(self.categories)


def _plot(chart: Mapping[str, Any]) -> Drawing:
    categories, series = chart["axis_config"]["categories"], chart["series"]
    rows = [{point["label"]: point["value"] for point in one["data"]} for one in series]
    values = [value for row in rows for value in row.values()]
    scale = _Scale(min(0.0, *values), max(0.0, *values), categories)
    parts = _axes(scale)
    for index, row in enumerate(rows):
        points = [row[category] for category in categories]
        parts += (
            _bars(scale, points, index, len(rows)) if chart["type"] == "bar" else _line(scale, points, index, chart)
        )
    return Drawing(_svg(parts), [Entry(one["name"], COLOURS[at]) for at, one in enumerate(series)])


def _axes(scale: _Scale) -> list[str]:
    lines = []
    for value in (scale.low, (scale.low + scale.high) / 2, scale.high):
        y = scale.y(value)
        lines.append(f'<path d="M{LEFT:g} {y:.1f} H{WIDTH:g}" stroke="#e6e6e8"/>')
        lines.append(f'<text x="{LEFT - 6:g}" y="{y + 4:.1f}" text-anchor="end">{value:g}</text>')
    for index, category in enumerate(scale.categories):
        at = f'x="{scale.x(index):.1f}" y="{HEIGHT - 12:g}"'
        lines.append(f'<text {at} text-anchor="middle">{escape(category)}</text>')
    return lines


def _bars(scale: _Scale, points: Sequence[float], at: int, of: int) -> list[str]:
    width = PLOT_WIDTH / len(points) * 0.7 / of
    bars = []
    for index, value in enumerate(points):
        x = scale.x(index) + (at - of / 2) * width
        top, foot = sorted((scale.y(value), scale.y(0)))
        box = f'x="{x:.1f}" y="{top:.1f}" width="{width:.1f}" height="{foot - top:.1f}"'
        bars.append(f'<rect {box} fill="{COLOURS[at]}" rx="2"/>')
    return bars


def _line(scale: _Scale, points: Sequence[float], at: int, chart: Mapping[str, Any]) -> list[str]:
    way = " ".join(f"{scale.x(index):.1f},{scale.y(value):.1f}" for index, value in enumerate(points))
    line = f'<polyline points="{way}" fill="none" stroke="{COLOURS[at]}" stroke-width="2.5"/>'
    if chart["type"] != "area":
        return [line]
    ends = f"{scale.x(len(points) - 1):.1f},{scale.y(0):.1f} {scale.x(0):.1f},{scale.y(0):.1f}"
    return [f'<polygon points="{way} {ends}" fill="{COLOURS[at]}" opacity="0.25"/>', line]
