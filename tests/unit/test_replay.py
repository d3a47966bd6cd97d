"""`faultline replay --labels`: an export is measured as `faultline evaluate` measures, and told by channel."""

import json
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from bot import ids
from bot.cli import cli

OOM = [
    "torch.cuda.OutOfMemoryError: CUDA out of memory. gpu oom again on the big batch",
    "memory of the gpu keeps growing with every step, batch size was doubled yesterday",
]
CARD = {
    "ts": "1.5",
    "bot_id": "B1",
    "text": "the loss is NaN",
    "blocks": [{"type": "actions", "elements": [{"type": "button", "action_id": ids.CONFIRM}]}],
}
CHANNELS = {
    "inc-oom": [
        {"ts": "1.0", "user": "U1", "text": OOM[0]},
        CARD,
        {"ts": "2.0", "user": "U1", "text": OOM[1]},
    ],
    "general": [{"ts": "1.0", "user": "U1", "text": "lunch?"}, {"ts": "2.0", "user": "U2", "text": "in ten minutes"}],
    "inc-later": [{"ts": "3.0", "user": "U1", "text": OOM[0]}],
    "random": [{"ts": "4.0", "user": "U1", "text": OOM[0]}],
}


@pytest.fixture(autouse=True)
def data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAULTLINE_DATA_DIR", str(tmp_path / "data"))


@pytest.fixture
def export(tmp_path: Path) -> Path:
    packed = tmp_path / "export.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("channels.json", json.dumps([{"id": "C1", "name": "inc-oom"}]))
        for channel, messages in CHANNELS.items():
            archive.writestr(f"{channel}/2026-03-01.json", json.dumps(messages))
    return packed


def labels(folder: Path, rows: Sequence[object]) -> Path:
    path = folder / "labels.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def replayed(export: Path, labelled: Path) -> dict[str, Any]:
    ended = CliRunner().invoke(cli, ["replay", str(export), "--labels", str(labelled), "--json"])
    assert ended.exit_code == 0, ended.output
    report: dict[str, Any] = json.loads(ended.stdout)
    return report


def test_a_labelled_export_is_measured_by_message_and_by_incident(export: Path, tmp_path: Path) -> None:
    known = labels(
        tmp_path,
        [{"channel": "C1", "relevant": ["gpu-oom"]}, {"channel": "general", "relevant": []}],
    )

    report = replayed(export, known)

    whole, single = report["per_incident"], report["per_message"]
    assert (whole["queries"], single["queries"]) == (1, 2)  # our own card is no message
    assert whole["hit@1"] == whole["lenient@3"] == whole["coverage"] == whole["precision"] == whole["silence"] == 1.0
    assert whole["first_card"] == 1.0
    assert 0 <= whole["calibration_error"] <= 1
    assert whole["intervals"]["coverage"] == whole["intervals"]["silence"] == [1.0, 1.0]
    assert {"hit@3", "precision", "calibration_error"} <= single["intervals"].keys()
    assert report["engines"].keys() == {"faultline"}


def test_channels_are_told_one_by_one_and_unlabelled_ones_only_where_the_bot_listens(
    export: Path, tmp_path: Path
) -> None:
    known = labels(
        tmp_path,
        [{"channel": "inc-oom", "relevant": ["gpu-oom"]}, {"channel": "general", "relevant": []}],
    )

    channels = {one["channel"]: one for one in replayed(export, known)["channels"]}

    assert channels.keys() == {"inc-oom", "general", "inc-later"}
    assert (channels["inc-oom"]["label"], channels["inc-oom"]["first_card"]) == ("incident", 1)
    assert channels["inc-oom"]["is_right"] is True
    assert (channels["general"]["label"], channels["general"]["shown"]) == ("quiet", [])
    assert (channels["inc-later"]["label"], channels["inc-later"]["is_right"]) == ("", None)
    assert channels["inc-later"]["shown"]


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ({"channel": "inc-none", "relevant": []}, "nothing was said in a channel “inc-none” there"),
        ({"channel": "general", "relevant": ["FM-9999"]}, "the catalog has no entry “FM-9999”"),
        ({"channel": "general"}, "`relevant`"),
        ({"channel": "inc-oom", "relevant": []}, "is labelled twice"),
    ],
)
def test_a_label_that_does_not_fit_is_told_with_its_line(
    export: Path, tmp_path: Path, row: object, sentence: str
) -> None:
    known = labels(tmp_path, [{"channel": "inc-oom", "relevant": ["gpu-oom"]}, row])

    ended = CliRunner().invoke(cli, ["replay", str(export), "--labels", str(known)])

    assert "labels.jsonl:2" in str(ended.exception)
    assert sentence in str(ended.exception)


def test_labels_without_a_line_say_what_one_looks_like(export: Path, tmp_path: Path) -> None:
    ended = CliRunner().invoke(cli, ["replay", str(export), "--labels", str(labels(tmp_path, []))])

    assert "holds no label" in str(ended.exception)


def test_a_person_gets_tables_with_bounds(export: Path, tmp_path: Path) -> None:
    known = labels(tmp_path, [{"channel": "inc-oom", "relevant": ["gpu-oom"]}])

    ended = CliRunner().invoke(cli, ["replay", str(export), "--labels", str(known)], env={"COLUMNS": "160"})

    assert ended.exit_code == 0
    assert "per incident" in ended.stdout
    assert "channel by channel" in ended.stdout
    assert "1–1" in ended.stdout


def test_without_labels_every_message_is_told_with_what_the_card_would_show(export: Path) -> None:
    ended = CliRunner().invoke(cli, ["replay", str(export), "--channel", "inc-*", "--json"])

    moments = [json.loads(line) for line in ended.stdout.splitlines()]

    assert [(one["channel"], one["ts"]) for one in moments] == [
        ("inc-later", "3.0"),
        ("inc-oom", "1.0"),
        ("inc-oom", "2.0"),
    ]
    assert all(one["shown"] for one in moments)
