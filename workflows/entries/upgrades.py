"""Bringing documents of an older schema up to date when they are read; one function a version, applied in turn."""

from collections.abc import Callable, Mapping
from typing import Any, Final

SCHEMA_VERSION: Final = 2
TAKEN_FOR_GRANTED = {
    "data_domain": ["any"],
    "model_family": ["any"],
    "deployment_environment": ["any"],
    "customer_segment": ["all"],
}
STARTING_POINT = "Each service sets its own; what stands here is a starting point."


def upgraded(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the document in the newest schema; raises ValueError for a version that this program does not know."""
    current = dict(document)
    version = current.get("schema_version", 1)
    if type(version) is not int or not 1 <= version <= SCHEMA_VERSION:
        msg = f"schema_version {version!r} is not known here; this Faultline reads versions 1 to {SCHEMA_VERSION}"
        raise ValueError(msg)
    for step in range(version, SCHEMA_VERSION):
        current = UPGRADES[step](current)
    return {**current, "schema_version": SCHEMA_VERSION}


def _from_1_to_2(document: dict[str, Any]) -> dict[str, Any]:
    """Make authors objects and a rationale a decision record, name what is tuned, and say the dimensions aloud."""
    return {
        **document,
        **_each(document, "authors", _author),
        **_each(document, "detectors", _detector),
        **_each(document, "mitigations", _mitigation),
        "dimensions": _dimensions(document.get("dimensions", {})),
    }


def _each(document: Mapping[str, Any], name: str, change: Callable[[Any], Any]) -> dict[str, Any]:
    """Return the changed list under its name, or nothing where the document has none to change."""
    items = document.get(name)
    return {name: [change(item) for item in items]} if isinstance(items, list) else {}


def _dimensions(dimensions: Any) -> Any:
    """Say aloud what version 1 took for granted where a dimension was not given."""
    return {**TAKEN_FOR_GRANTED, **dimensions} if isinstance(dimensions, dict) else dimensions


def _author(author: Any) -> Any:
    return {"discipline": author} if isinstance(author, str) else author


def _detector(detector: Any) -> Any:
    if not isinstance(detector, dict) or not isinstance(detector.get("tunable", True), bool):
        return detector
    named = [{"param": "threshold", "why": STARTING_POINT}] if detector.get("tunable", True) else []
    return {**detector, "tunable": named}


def _mitigation(mitigation: Any) -> Any:
    if not isinstance(mitigation, dict) or not isinstance(mitigation.get("rationale"), str):
        return mitigation
    return {**mitigation, "rationale": {"decision": mitigation["rationale"]}}


UPGRADES: Mapping[int, Callable[[dict[str, Any]], dict[str, Any]]] = {1: _from_1_to_2}
