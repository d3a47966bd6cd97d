"""An entry as YAML in the style of the catalog: fields in order, defaults left out, long text folded.

Every text is written so that YAML 1.1 (libyaml) and YAML 1.2 read the same string: `yes`, `1e3` and dates are quoted.
"""

import re
from collections.abc import Mapping, Sequence
from textwrap import wrap
from typing import Any, Final

import yaml
from yaml.representer import SafeRepresenter

from workflows.entries.document import FailureMode
from workflows.entries.parts import Part

WIDTH: Final = 100
# Lists of terms and numbers are read as one value, so they stand in one line.
IN_ONE_LINE: Final = frozenset(
    {
        "contributing_causes", "data_domain", "model_family", "deployment_environment", "customer_segment",
        "segment_by", "visible_to", "review_triggers", "threshold",
    }
)  # fmt: skip
QUOTED: Final = frozenset({"log_signatures"})  # patterns read better with a clear beginning and end
# What YAML 1.2 takes for a number and 1.1 for text, and the booleans of 1.1 that libyaml alone takes for text.
READ_DIFFERENTLY: Final = re.compile(
    r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|0[ox][0-9a-fA-F]+|[yYnN]|[-+]?\.(inf|nan)", re.IGNORECASE
)
# Line breaks other than \n change or vanish when YAML is read; tabs and blanks at line ends are lost by editors.
ONLY_ESCAPED: Final = re.compile("[\t\r\x85\u2028\u2029\ufeff]|[^ -~\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff\n]")
BLANKS_AT_EDGES: Final = re.compile(r"^ | $| \n|^\n|\n$")
LOST_IN_FOLDING: Final = re.compile("^ | $|  ")  # a line break stands for one blank
QUOTES: Final = 2
STRING: Final = "tag:yaml.org,2002:str"
MAPPING: Final = "tag:yaml.org,2002:map"
SEQUENCE: Final = "tag:yaml.org,2002:seq"


class _Dumper(yaml.SafeDumper):
    """PyYAML with lists indented below their field, and folding that keeps lines within the width."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: FBT001, FBT002, ARG002 - PyYAML's signature
        super().increase_indent(flow, False)

    def write_folded(self, text: str) -> None:
        self.write_indicator(">-", True)
        for line in _folded(text, max(self.best_width - (self.indent or 0), 1)):
            self.write_indent()
            self.column += len(line)
            self.stream.write(line)


def entry_text(entry: FailureMode) -> str:
    """Return the whole entry as the text of its file."""
    return fields_text(said(entry))


def said(part: Part) -> dict[str, Any]:
    """Return what the part says beyond its defaults; an entry always says its schema."""
    lean = part.model_dump(exclude_defaults=True)
    return {"schema_version": part.schema_version, **lean} if isinstance(part, FailureMode) else lean


def fields_text(fields: Mapping[str, Any], *, column: int = 0, flow: bool = False) -> str:
    """Return the fields, each beginning a line of its own at the column, with a line break at the end.

    `flow` keeps what is within a field in brackets.
    """
    node = _mapping(fields, column, is_root=True)
    if flow:
        for _, value in node.value:
            _in_brackets(value)
    return _text(node, column)


def items_text(items: Sequence[Any], *, column: int) -> str:
    """Return the items of a list, each beginning a line of its own with a dash at the column."""
    return _text(_sequence("", items, column, is_root=True), column)


def _text(node: yaml.Node, column: int) -> str:
    text = yaml.serialize(node, Dumper=_Dumper, width=WIDTH - column, allow_unicode=True)
    indent = " " * column
    return "".join(indent + line if line.strip() else line for line in text.splitlines(keepends=True))


def _node(name: str, value: Any, column: int) -> yaml.Node:
    """Return the node of a value that follows its name or dash, beginning at the column."""
    if isinstance(value, Part):
        value = said(value)
    if isinstance(value, Mapping):
        return _mapping(value, column)
    if isinstance(value, list):
        return _sequence(name, value, column)
    if isinstance(value, str):
        style = _style(value, WIDTH - column)
        return yaml.ScalarNode(STRING, value, style="'" if style is None and name in QUOTED else style)
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:  # noqa: PLR2004 - beyond, digits are lost
        value = int(value)
    return SafeRepresenter().represent_data(value)


def _mapping(fields: Mapping[str, Any], column: int, *, is_root: bool = False) -> yaml.MappingNode:
    inner = column if is_root else column + 2
    pairs = [
        (yaml.ScalarNode(STRING, name), _node(name, value, inner + (0 if _is_block(value) else len(name) + 2)))
        for name, value in fields.items()
    ]
    return yaml.MappingNode(MAPPING, pairs, flow_style=not pairs)


def _sequence(name: str, items: Sequence[Any], column: int, *, is_root: bool = False) -> yaml.SequenceNode:
    inner = column if is_root else column + 2
    nodes = [_node(name, item, inner if _is_block(item) else inner + 2) for item in items]
    short = name in IN_ONE_LINE and sum(len(str(item)) + 2 for item in items) <= WIDTH - column
    return yaml.SequenceNode(SEQUENCE, nodes, flow_style=short or not nodes)


def _is_block(value: Any) -> bool:
    return isinstance(value, Mapping | list | Part)


def _style(text: str, room: int) -> str | None:
    """Return how a text is written: plain (None) where it can be, folded or literal where it is long, else quoted."""
    if ONLY_ESCAPED.search(text):
        return '"'
    if "\n" in text:
        return '"' if BLANKS_AT_EDGES.search(text) or text.startswith(" ") else "|"
    if len(text) + QUOTES > room and not LOST_IN_FOLDING.search(text):
        return ">"
    return "'" if READ_DIFFERENTLY.fullmatch(text) else None


def _folded(text: str, width: int) -> list[str]:
    return wrap(text, width, break_long_words=False, break_on_hyphens=False)


def _in_brackets(node: yaml.Node) -> None:
    if isinstance(node, yaml.CollectionNode):
        node.flow_style = True
        for child in node.value:
            for inner in child if isinstance(child, tuple) else (child,):
                _in_brackets(inner)
    elif isinstance(node, yaml.ScalarNode) and node.style in {"|", ">"}:
        node.style = '"'
