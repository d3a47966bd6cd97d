"""Histories: a Slack export as a folder or a zip, and transcripts of several kinds."""

import json
import zipfile
from pathlib import Path

import pytest

from bot.exports import Said, read_history
from workflows.errors import UserError


@pytest.fixture
def export(tmp_path: Path) -> Path:
    """A small export: two channels, two days, a join, a thread and an alert that speaks in attachments."""
    days = {
        "inc-1/2026-03-01.json": [
            {"type": "message", "ts": "2.0", "user": "U1", "text": "second"},
            {"type": "message", "subtype": "channel_join", "ts": "0.5", "user": "U1", "text": "joined"},
            {"type": "message", "ts": "1.0", "user": "U1", "text": "first"},
        ],
        "inc-1/2026-03-02.json": [
            {
                "type": "message",
                "subtype": "bot_message",
                "ts": "3.0",
                "text": "",
                "attachments": [{"text": "p99 high"}],
            },
            {"type": "message", "ts": "4.0", "thread_ts": "3.0", "user": "U2", "text": "reply"},
        ],
        "general/2026-03-01.json": [{"type": "message", "ts": "1.5", "user": "U3", "text": "lunch?"}],
    }
    folder = tmp_path / "export"
    for name, messages in {**days, "channels.json": [{"id": "C1", "name": "inc-1"}], "users.json": []}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(json.dumps(messages))
    return folder


def test_an_export_is_read_channel_by_channel_oldest_first(export: Path) -> None:
    history = list(read_history(export))

    assert [(said.channel, said.ts, said.text) for said in history] == [
        ("general", "1.5", "lunch?"),
        ("inc-1", "1.0", "first"),
        ("inc-1", "2.0", "second"),
        ("inc-1", "3.0", "p99 high"),
        ("inc-1", "4.0", "reply"),
    ]
    assert history[-1].thread_ts == "3.0"


def test_only_the_channels_asked_for_are_read(export: Path) -> None:
    assert {said.channel for said in read_history(export, "inc-*")} == {"inc-1"}


def test_a_zip_reads_like_its_folder(export: Path, tmp_path: Path) -> None:
    packed = tmp_path / "export.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for file in export.rglob("*.json"):
            archive.write(file, file.relative_to(export))

    assert list(read_history(packed)) == list(read_history(export))


def test_a_zip_with_paths_that_point_outside_is_read_in_place_and_writes_nothing(tmp_path: Path) -> None:
    packed = tmp_path / "evil.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("../../inc-1/2026-03-01.json", json.dumps([{"ts": "1.0", "text": "x"}]))

    assert [said.channel for said in read_history(packed)] == ["inc-1"]
    assert list(tmp_path.parent.glob("inc-1")) == []


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("talk.txt", "first\n\nsecond\n", ["first", "second"]),
        ("talk.jsonl", '{"text": "first", "ts": "1.0"}\n{"text": "second", "ts": "2.0"}\n', ["first", "second"]),
        ("talk.yaml", "messages:\n  - first\n  - {text: second, from: ana}\n", ["first", "second"]),
        (
            "talks.yaml",
            "incidents:\n  - {id: a, messages: [first]}\n  - {id: b, messages: [second]}\n",
            ["first", "second"],
        ),
    ],
)
def test_transcripts_are_read_in_order(tmp_path: Path, name: str, content: str, expected: list[str]) -> None:
    path = tmp_path / name
    path.write_text(content)

    history = list(read_history(path))

    assert [said.text for said in history] == expected
    assert [said.ts for said in history if said.channel == history[0].channel] == sorted(
        said.ts for said in history if said.channel == history[0].channel
    )


def test_incidents_of_one_file_are_channels_of_their_own(tmp_path: Path) -> None:
    path = tmp_path / "talks.yaml"
    path.write_text("incidents:\n  - {id: a, messages: [x]}\n  - {id: b, messages: [x]}\n")

    assert [said.channel for said in read_history(path)] == ["a", "b"]


@pytest.mark.parametrize(
    ("name", "content"),
    [("bad.jsonl", "{nope"), ("bad.yaml", "- just\n- a list\n"), ("bad.yaml", "a: [1"), ("bad.jsonl", '{"ts": "1"}')],
)
def test_what_is_no_transcript_gets_a_sentence(tmp_path: Path, name: str, content: str) -> None:
    path = tmp_path / name
    path.write_text(content)

    with pytest.raises(UserError, match="cannot be read"):
        list(read_history(path))


def test_nothing_and_an_empty_folder_get_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="There is nothing"):
        read_history(tmp_path / "absent")
    with pytest.raises(UserError, match="no Slack export"):
        list(read_history(tmp_path))


def test_a_broken_day_is_named(export: Path) -> None:
    (export / "inc-1" / "2026-03-02.json").write_text("[{")

    with pytest.raises(UserError, match=r"inc-1/2026-03-02\.json"):
        list(read_history(export))


def test_messages_without_a_ts_keep_their_order(tmp_path: Path) -> None:
    path = tmp_path / "long.txt"
    path.write_text("\n".join(str(number) for number in range(200)))

    history: list[Said] = list(read_history(path))

    assert sorted(history, key=lambda said: said.ts) == history
