"""Drawing a scene: the whole page once, and afterwards only the regions that have changed."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from hashlib import blake2s
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, Undefined
from markupsafe import Markup

from sandbox.page.answers import handle
from sandbox.page.charts import draw
from sandbox.page.deeds import Offer
from sandbox.page.mrkdwn import Names, link, markdown, mrkdwn, plain
from sandbox.page.scene import Scene
from sandbox.reading import tells_of_typing

#: Region of the page -> macro of parts.html that fills it.
REGIONS = {
    "sidebar": "sidebar",
    "head": "head",
    "stream": "stream",
    "thread": "thread",
    "windows": "windows",
}

Marks = dict[str, str]


def sorry(sentence: str) -> str:
    """Return a page of one sentence, for an address that leads nowhere."""
    return TEMPLATES.get_template("sorry.html").render(sentence=sentence)


class Pen:
    """Draws scenes for one reader, whose names it knows."""

    def __init__(self, names: Names) -> None:
        self._names = names

    def page(self, scene: Scene) -> str:
        """Return the whole page."""
        marks = {region: _mark(html) for region, html in self._regions(scene).items()}
        return TEMPLATES.get_template("page.html").render(**self._words(scene), seen=marks)

    def changes(self, scene: Scene, seen: Mapping[str, str], notice: str | None = None) -> str:
        """Return the regions that differ from what the browser has `seen`, or nothing at all."""
        regions = self._regions(scene)
        marks = {region: _mark(html) for region, html in regions.items()}
        new = {region: html for region, html in regions.items() if marks[region] != seen.get(region)}
        parts = [_partial(region, html) for region, html in new.items()]
        if parts:
            parts.append(_partial("seen", str(self._macro(scene, "seen")(marks)), "innerHTML"))
        if notice is not None:
            parts.append(_partial("notice", str(self._macro(scene, "notice")(notice)), "innerHTML"))
        return "".join(parts)

    def suggestions(self, scene: Scene, offer: Offer) -> str:
        """Return the answers below a menu that the app fills."""
        answer = self._module(scene, "blocks.html").answer
        return "".join(
            str(answer(offer.block, offer.element, option, option in offer.chosen)) for option in offer.options
        )

    def _regions(self, scene: Scene) -> dict[str, str]:
        regions = {region: str(self._macro(scene, name)(scene)) for region, name in REGIONS.items()}
        if scene.here.kind == "home":
            regions["stream"] = str(self._macro(scene, "home")(scene))
        return regions

    def _macro(self, scene: Scene, name: str) -> Callable[..., Markup]:
        macro: Callable[..., Markup] = getattr(self._module(scene, "parts.html"), name)
        return macro

    def _module(self, scene: Scene, template: str) -> Any:
        return TEMPLATES.get_template(template).make_module(self._words(scene))

    def _words(self, scene: Scene) -> dict[str, Any]:
        return {
            "scene": scene,
            "say": lambda text: mrkdwn(text, self._names),
            "choice_groups": lambda element: _choice_groups(scene, element),
        }


def _partial(region: str, html: str, swap: str = "innerMorph") -> str:
    return f'<hx-partial hx-target="#{region}" hx-swap="{swap}">{html}</hx-partial>'


def _mark(html: str) -> str:
    return blake2s(html.encode(), digest_size=8).hexdigest()


def _choice_groups(scene: Scene, element: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return what a menu offers, in groups: options from the payload, or the people or channels there are."""
    kind = element["type"].removeprefix("multi_")
    people = [{"value": one.id, "text": one.shown} for one in scene.people]
    channels = [{"value": one.id, "text": f"#{one.name}"} for one in scene.channels]
    if kind == "users_select":
        return [{"label": "", "choices": people}]
    if kind == "channels_select":
        return [{"label": "", "choices": channels}]
    if kind == "conversations_select":
        return [{"label": "Channels", "choices": channels}, {"label": "People", "choices": people}]
    groups = element.get("option_groups") or [{"label": {"text": ""}, "options": element.get("options") or []}]
    return [
        {"label": group["label"]["text"], "choices": [_choice(one) for one in group["options"]]} for group in groups
    ]


def _choice(option: Mapping[str, Any]) -> dict[str, str]:
    return {"value": option["value"], "text": option["text"]["text"]}


def _chosen_values(element: Mapping[str, Any]) -> set[str]:
    """Return the values chosen at the start, whatever the element calls them."""
    options = [element.get("initial_option"), *(element.get("initial_options") or ())]
    ids = [element.get(f"initial_{name}") for name in ("user", "conversation", "channel")]
    many = [id_ for name in ("users", "conversations", "channels") for id_ in element.get(f"initial_{name}") or ()]
    return {one["value"] for one in options if one} | {one for one in [*ids, *many] if one}


def _chosen_texts(groups: Sequence[Mapping[str, Any]], element: Mapping[str, Any]) -> str:
    """Return what is chosen at the start among the choices, as people read it."""
    chosen = _chosen_values(element)
    return ", ".join(one["text"] for group in groups for one in group["choices"] if one["value"] in chosen)


def _starting_text(element: Mapping[str, Any]) -> str:
    for name in ("initial_value", "initial_date", "initial_time"):
        if value := element.get(name):
            return value if isinstance(value, str) else _words_of(value)
    moment = element.get("initial_date_time")
    return "" if moment is None else _utc(moment)


def _utc(moment: int) -> str:
    return f"{datetime.fromtimestamp(moment, UTC):%Y-%m-%dT%H:%M}"


def _words_of(rich_text: Mapping[str, Any]) -> str:
    leaves = (leaf for branch in rich_text["elements"] for leaf in branch["elements"])
    return "".join(leaf.get("text", "") for leaf in leaves)


class _Absent(Undefined):
    """A field a payload leaves out: nothing, and neither has it fields."""

    def __getattr__(self, name: str) -> "_Absent":
        if name.startswith("__"):
            raise AttributeError(name)
        return self


def _templates() -> Environment:
    folder = Path(__file__).parent / "templates"
    made = Environment(loader=FileSystemLoader(folder), autoescape=True, undefined=_Absent)
    made.filters.update(plain=plain, markdown=markdown)
    made.globals.update(handle=handle, draw=draw, link=link, tells_of_typing=tells_of_typing)
    made.globals.update(chosen_values=_chosen_values, chosen_texts=_chosen_texts, starting_text=_starting_text)
    return made


TEMPLATES = _templates()
