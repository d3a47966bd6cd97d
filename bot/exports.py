"""Reading histories: a Slack export (folder or zip), or a transcript in YAML, JSON lines or plain text.

A Slack export holds channels.json (and groups.json for private ones), users.json, and one folder a channel with one
JSON file a day: slack.com/help/articles/220556107.
"""

import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath
from typing import Any

import yaml

from bot import ids
from bot.forms.calls import spoken_text
from workflows.entries.importing import safe_yaml
from workflows.errors import UserError

MAX_FILE_BYTES = 200_000_000  # one day of one channel in a very large workspace is a few megabytes
OURS = frozenset({ids.CONFIRM, ids.REJECT, ids.UNDO, ids.OUTDATED})  # buttons that only our own cards have
LISTS = frozenset({"channels.json", "groups.json"})
QUIET_SUBTYPES = frozenset({"channel_join", "channel_leave", "channel_topic", "channel_purpose", "channel_name"})


@dataclass(frozen=True)
class Said:
    """One message of a history; `ts` is unique within its channel and sorts by time."""

    channel: str
    ts: str
    thread_ts: str | None
    author: str
    text: str


def read_history(path: Path, channel: str = "*") -> Iterator[Said]:
    """Yield the messages of the channels whose name matches, channel by channel, oldest first.

    Raises UserError for a path that is no history.
    """
    if path.is_dir():
        return _from_export(FolderExport(path), channel)
    if not path.is_file():
        msg = f"There is nothing at {path}; name a Slack export or a transcript."
        raise UserError(msg)
    if zipfile.is_zipfile(path):
        return _from_export(ZipExport(path), channel)
    transcript = _transcript(path)
    return (said for said in transcript if fnmatch(said.channel, channel))


def channel_names(path: Path) -> dict[str, str]:
    """Return the names of an export's channels by their ids; nothing for a transcript."""
    if not path.is_dir() and not zipfile.is_zipfile(path):
        return {}
    export = FolderExport(path) if path.is_dir() else ZipExport(path)
    lists = [_json(export, name) for name in export.names() if PurePosixPath(name).name in LISTS]
    channels = [one for some in lists if isinstance(some, list) for one in some if isinstance(one, dict)]
    return {str(one["id"]): str(one["name"]) for one in channels if "id" in one and "name" in one}


@dataclass(frozen=True)
class FolderExport:
    """An unpacked export."""

    path: Path

    def names(self) -> list[str]:
        """Return the JSON files, as paths inside the export."""
        return sorted(file.relative_to(self.path).as_posix() for file in self.path.rglob("*.json"))

    def read(self, name: str) -> bytes:
        """Return one file."""
        return (self.path / name).read_bytes()


@dataclass(frozen=True)
class ZipExport:
    """An export as Slack hands it out; it is read in place, so no path inside it can reach outside."""

    path: Path

    def names(self) -> list[str]:
        """Return the JSON files, as paths inside the export."""
        with zipfile.ZipFile(self.path) as archive:
            return sorted(one.filename for one in archive.infolist() if one.filename.endswith(".json"))

    def read(self, name: str) -> bytes:
        """Return one file; raises UserError for one that would unpack to more than any real day."""
        with zipfile.ZipFile(self.path) as archive:
            if archive.getinfo(name).file_size > MAX_FILE_BYTES:
                msg = f"{name} in {self.path} is larger than {MAX_FILE_BYTES} bytes, which no export's day is."
                raise UserError(msg)
            return archive.read(name)


def _from_export(export: FolderExport | ZipExport, pattern: str) -> Iterator[Said]:
    names = export.names()
    days = [name for name in names if len(PurePosixPath(name).parts) >= 2]  # noqa: PLR2004 - channel/day.json
    if not days:
        msg = f"{export.path} holds no channel/day.json files, so it is no Slack export."
        raise UserError(msg)
    by_channel: dict[str, list[str]] = {}
    for name in days:
        by_channel.setdefault(PurePosixPath(name).parts[-2], []).append(name)
    for channel in sorted(by_channel):
        if fnmatch(channel, pattern):
            for name in sorted(by_channel[channel]):
                yield from _day(channel, _json(export, name))


def _json(export: FolderExport | ZipExport, name: str) -> Any:
    try:
        return json.loads(export.read(name))
    except ValueError as broken:
        msg = f"{name} in {export.path} is no JSON: {broken}."
        raise UserError(msg) from None


def _day(channel: str, messages: Any) -> Iterator[Said]:
    kept = [one for one in messages if isinstance(one, dict)] if isinstance(messages, list) else []
    for message in sorted(kept, key=lambda one: str(one.get("ts", ""))):
        if _is_spoken(message):
            yield Said(
                channel=channel,
                ts=str(message.get("ts", "")),
                thread_ts=message.get("thread_ts"),
                author=str(message.get("user") or message.get("bot_id") or ""),
                text=spoken_text(message),
            )


def _is_spoken(message: dict[str, Any]) -> bool:
    """Return whether somebody says something; our own cards do not count, or a replay would read the answers."""
    if message.get("type", "message") != "message" or message.get("subtype") in QUIET_SUBTYPES:
        return False
    blocks = message.get("blocks") or []
    pressed = {
        element.get("action_id")
        for block in blocks
        if isinstance(block, dict)
        for element in [block.get("accessory") or {}, *(block.get("elements") or [])]
        if isinstance(element, dict)
    }
    is_ours = (message.get("metadata") or {}).get("event_type") == ids.MESSAGE_EVENT
    return not is_ours and not pressed & OURS


def _transcript(path: Path) -> list[Said]:
    content = path.read_bytes()
    try:
        if path.suffix in {".yaml", ".yml"}:
            return list(_from_yaml(safe_yaml(content), path.stem))
        lines = content.decode("utf-8", "replace").splitlines()
        if path.suffix in {".jsonl", ".ndjson"}:
            return [_line(json.loads(line), path.stem, place) for place, line in enumerate(lines) if line.strip()]
    except (yaml.YAMLError, ValueError, TypeError, KeyError, AttributeError) as broken:
        msg = f"{path} cannot be read as a transcript: {broken}."
        raise UserError(msg) from None
    return [Said(path.stem, _ts(place), None, "", line) for place, line in enumerate(lines) if line.strip()]


def _from_yaml(document: Any, name: str) -> Iterator[Said]:
    """Take one incident with its messages, or a list of incidents."""
    incidents = document.get("incidents", [document])
    for incident in incidents:
        channel = str(incident.get("channel") or incident.get("id") or name)
        for place, message in enumerate(incident["messages"]):
            yield _line({"text": message} if isinstance(message, str) else message, channel, place)


def _line(message: dict[str, Any], channel: str, place: int) -> Said:
    return Said(
        channel=str(message.get("channel") or channel),
        ts=str(message.get("ts") or _ts(place)),
        thread_ts=message.get("thread_ts"),
        author=str(message.get("from") or message.get("user") or ""),
        text=str(message["text"]),
    )


def _ts(place: int) -> str:
    """Return a made-up ts for messages without one: a minute apart, so that they keep their order."""
    return f"{place * 60}.000000".rjust(17, "0")
