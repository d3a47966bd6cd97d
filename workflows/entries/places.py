"""Where each field of a YAML file stands, so that an error can name its line."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import yaml

Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Places:
    """The line of every field of one document, by its path: ("mitigations", 0, "owner")."""

    lines: Mapping[Path, int]

    def line(self, path: Path) -> int:
        """Return the line (from 1) of the field, or of the nearest part around it that stands in the file."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def places(content: bytes) -> Places:
    """Return where the fields stand; raises yaml.YAMLError for what is no YAML. Take aliases out before (safe_yaml)."""
    root = yaml.compose(content, yaml.CSafeLoader)
    return Places(dict(_walk((), root)) if root is not None else {})


def path_of(dotted: str) -> Path:
    """Return the path that a dotted one means: `mitigations.0.owner`."""
    return tuple(int(part) if part.isdecimal() else part for part in dotted.split(".") if part)


def _walk(path: Path, node: yaml.Node) -> Iterator[tuple[Path, int]]:
    yield path, node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            inner = (*path, str(key.value))
            yield from _walk(inner, value)
            # A field is where its name stands; its value may begin a line later.
            yield inner, key.start_mark.line + 1
    elif isinstance(node, yaml.SequenceNode):
        for place, item in enumerate(node.value):
            yield from _walk((*path, place), item)
