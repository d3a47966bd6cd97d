"""A layout: the blocks of one message or view, with the rules that hold between them."""

from collections.abc import Iterator, Sequence

from pydantic import BaseModel

from sandbox.blockkit.blocks import FILLABLE_SURFACES, SURFACES, Block, Input, Surface
from sandbox.blockkit.verdict import Place, error


def problems(blocks: Sequence[Block], surface: Surface, root: Place) -> list[str]:
    """Return Slack's lines for everything wrong between well-formed `blocks` that hang below `root`."""
    return [*_out_of_place(blocks, surface, root), *_repeated(blocks, root), *_focused_twice(blocks, root)]


def _out_of_place(blocks: Sequence[Block], surface: Surface, root: Place) -> Iterator[str]:
    for index, block in enumerate(blocks):
        if surface not in SURFACES.get(block.type, {surface}):
            yield error(f"unsupported type: {block.type}", (*root, index, "type"))
        if not isinstance(block, Input):
            continue
        if surface not in FILLABLE_SURFACES.get(block.element.type, {surface}):
            yield error(f"unsupported type: {block.element.type}", (*root, index, "element", "type"))
        if surface != "modal" and getattr(block.element, "response_url_enabled", None):
            yield error("only allowed in modals", (*root, index, "element", "response_url_enabled"))


def _repeated(blocks: Sequence[Block], root: Place) -> Iterator[str]:
    seen = set[str]()
    for index, block in enumerate(blocks):
        if block.block_id in seen:
            yield error(f'`block_id` "{block.block_id}" already exists', (*root, index, "block_id"))
        if block.block_id is not None:
            seen.add(block.block_id)


def _focused_twice(blocks: Sequence[Block], root: Place) -> Iterator[str]:
    focused = [place for index, block in enumerate(blocks) for place in _focused(block, (*root, index))]
    for place in focused[1:]:
        yield error("only one element can have `focus_on_load`", (*place, "focus_on_load"))


def _focused(block: Block, root: Place) -> Iterator[Place]:
    for name in ("element", "accessory"):
        if getattr(getattr(block, name, None), "focus_on_load", None):
            yield (*root, name)
    for index, element in enumerate(getattr(block, "elements", ())):
        if getattr(element, "focus_on_load", None):
            yield (*root, "elements", index)


def characters(part: object) -> int:
    """Count the characters people read in a block: every string in a field named `text`."""
    match part:
        case BaseModel():
            return sum(
                len(value) if name == "text" and isinstance(value, str) else characters(value) for name, value in part
            )
        case list():
            return sum(characters(item) for item in part)
        case _:
            return 0
