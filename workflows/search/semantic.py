"""Matching by meaning: a small sentence-embedding model, run here on the CPU in NumPy.

No model runtime is needed: the forward pass of a BERT of six layers is forty lines, costs about 12 ms for a message on
one core, and installs in a few megabytes where ONNX Runtime takes eighty and torch gigabytes. Everything works without
it; with it, entries are found whose words nobody used, and whether to speak is decided better.
"""

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from threading import Lock
from typing import Any, Final
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from workflows.errors import UserError

try:
    from safetensors import SafetensorError
    from safetensors.numpy import load_file
    from tokenizers import Tokenizer
except ImportError:
    IS_INSTALLED = False
else:
    IS_INSTALLED = True

Floats = NDArray[np.float32]

MOST_TOKENS: Final = 256  # what all-MiniLM-L6-v2 was trained with; what stands behind is left out
REMEMBERED: Final = 2_000  # texts whose vectors are kept in memory, some 3 MB
WANTED: Final = ("config.json", "tokenizer.json", "model.safetensors")


class SentenceEncoder:
    """A BERT sentence-embedding model from a folder, in the layout in which sentence-transformers publishes them."""

    def __init__(self, weights: Mapping[str, Floats], tokenizer: Any, config: Mapping[str, Any], pooling: str) -> None:
        self._weights, self._tokenizer, self._pooling = weights, tokenizer, pooling
        self._layers, self._heads = int(config["num_hidden_layers"]), int(config["num_attention_heads"])
        self._epsilon = float(config["layer_norm_eps"])
        self.dimensions = int(config["hidden_size"])
        self.name = sha256(b"".join(weights[key].tobytes() for key in sorted(weights)[:4])).hexdigest()[:16]
        self.encode_one = lru_cache(REMEMBERED)(self._encode_one)

    @classmethod
    def load(cls, folder: Path) -> "SentenceEncoder":
        """Return the model in the folder; raises UserError for a folder that holds none that can be run."""
        if not IS_INSTALLED:
            msg = "Matching by meaning needs the extra packages: pip install 'faultline[semantic]'."
            raise UserError(msg)
        missing = [name for name in WANTED if not (folder / name).is_file()]
        if missing:
            msg = f"There is no sentence model in {folder}: {', '.join(missing)} is missing."
            raise UserError(msg)
        config = json.loads((folder / "config.json").read_text())
        if config.get("model_type") != "bert" or config.get("hidden_act") != "gelu":
            msg = f"The model in {folder} is not a BERT, the only kind that runs here; try all-MiniLM-L6-v2."
            raise UserError(msg)
        try:
            stored = load_file(folder / "model.safetensors")
            tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        except (SafetensorError, OSError, ValueError) as error:
            msg = f"The sentence model in {folder} cannot be read; copy it there again. ({error})"
            raise UserError(msg) from error
        tokenizer.enable_truncation(min(MOST_TOKENS, int(config["max_position_embeddings"])))
        tokenizer.no_padding()
        weights = {
            name.removeprefix("bert."): value.astype(np.float32)
            for name, value in stored.items()
            if np.issubdtype(value.dtype, np.floating)
        }
        return cls(weights, tokenizer, config, _pooling(folder))

    def encode(self, texts: Iterable[str]) -> Floats:
        """Return a vector of length 1 for each text, shape (texts, dimensions)."""
        vectors = [self.encode_one(text) for text in texts]
        return np.stack(vectors) if vectors else np.empty((0, self.dimensions), np.float32)

    def _encode_one(self, text: str) -> Floats:
        states = self._states(self._tokenizer.encode(text).ids)
        vector = states[0] if self._pooling == "cls" else states.mean(axis=0)
        unit: Floats = vector / (np.linalg.norm(vector) or 1.0)
        return unit

    def _states(self, tokens: Sequence[int]) -> Floats:
        """Return the last layer's state of each token (Devlin and others, "BERT", 2019)."""
        named = self._weights
        states = named["embeddings.word_embeddings.weight"][tokens]
        states = states + named["embeddings.position_embeddings.weight"][: len(tokens)]
        states = self._normed(states + named["embeddings.token_type_embeddings.weight"][0], "embeddings.LayerNorm")
        for layer in range(self._layers):
            states = self._layer(states, f"encoder.layer.{layer}")
        return states

    def _layer(self, states: Floats, layer: str) -> Floats:
        seen = self._linear(self._attended(states, f"{layer}.attention.self"), f"{layer}.attention.output.dense")
        states = self._normed(states + seen, f"{layer}.attention.output.LayerNorm")
        wide = _gelu(self._linear(states, f"{layer}.intermediate.dense"))
        return self._normed(states + self._linear(wide, f"{layer}.output.dense"), f"{layer}.output.LayerNorm")

    def _attended(self, states: Floats, name: str) -> Floats:
        count, width = states.shape
        size = width // self._heads
        query, key, value = (
            self._linear(states, f"{name}.{part}").reshape(count, self._heads, size).transpose(1, 0, 2)
            for part in ("query", "key", "value")
        )
        scores = query @ key.transpose(0, 2, 1) / math.sqrt(size)
        shares = np.exp(scores - scores.max(axis=-1, keepdims=True))
        shares /= shares.sum(axis=-1, keepdims=True)
        attended: Floats = (shares @ value).transpose(1, 0, 2).reshape(count, width)
        return attended

    def _linear(self, states: Floats, name: str) -> Floats:
        moved: Floats = states @ self._weights[f"{name}.weight"].T + self._weights[f"{name}.bias"]
        return moved

    def _normed(self, states: Floats, name: str) -> Floats:
        centred = states - states.mean(axis=-1, keepdims=True)
        spread = np.sqrt((centred**2).mean(axis=-1, keepdims=True) + self._epsilon)
        normed: Floats = centred / spread * self._weights[f"{name}.weight"] + self._weights[f"{name}.bias"]
        return normed


class Meanings:
    """The vectors of the catalog's texts: computed once by `learn`, kept in a file, and there at once afterwards."""

    def __init__(self, encoder: SentenceEncoder, path: Path) -> None:
        self.encoder, self._path = encoder, path
        self._known: dict[str, Floats] = self._kept()
        self._lock = Lock()

    def of(self, texts: Sequence[str]) -> Floats:
        """Return the vectors of these texts; one that was not learned yet is all zeros, so like nothing."""
        nothing = np.zeros(self.encoder.dimensions, np.float32)
        return np.stack([self._known.get(self._key(text), nothing) for text in texts]) if texts else nothing[None][:0]

    def asked(self, text: str) -> Floats:
        """Return the vector of what somebody asks or says."""
        return self.encoder.encode_one(text)

    def learn(self, texts: Iterable[str], *, at_most: int) -> int:
        """Compute and keep the vectors of texts that have none yet, at most so many; return how many those were."""
        with self._lock:
            unknown = {self._key(text): text for text in texts if self._key(text) not in self._known}
            some = list(unknown.items())[:at_most]
            fresh = {key: self.encoder._encode_one(text) for key, text in some}  # noqa: SLF001 - past the memory of queries
            if fresh:
                self._known = {**self._known, **fresh}
                self._keep()
        return len(fresh)

    def _key(self, text: str) -> str:
        return sha256(f"{self.encoder.name} {text}".encode()).hexdigest()[:32]

    def _kept(self) -> dict[str, Floats]:
        """Return what the file holds; one of another model or a broken one holds nothing, and is written anew."""
        try:
            with np.load(BytesIO(self._path.read_bytes()), allow_pickle=False) as file:
                if str(file["model"]) != self.encoder.name:
                    return {}
                return dict(zip(file["keys"].tolist(), file["vectors"].astype(np.float32), strict=True))
        except (OSError, ValueError, KeyError, EOFError, BadZipFile):
            return {}

    def _keep(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self._path.with_suffix(".new.npz")
        keys, vectors = list(self._known), np.stack(list(self._known.values())).astype(np.float16)
        np.savez(fresh, model=self.encoder.name, keys=np.array(keys), vectors=vectors)
        fresh.replace(self._path)


def _pooling(folder: Path) -> str:
    """Return how the model's states become one vector: the mean of all, unless it says to take the first."""
    said = folder / "1_Pooling" / "config.json"
    config = json.loads(said.read_text()) if said.is_file() else {}
    return "cls" if config.get("pooling_mode_cls_token") else "mean"


def _gelu(values: Floats) -> Floats:
    """Return x times the normal distribution's share below x (Hendrycks and Gimpel, 2016).

    The error function is Abramowitz and Stegun's 7.1.26, within 1.5e-7; NumPy has none.
    """
    size = np.abs(values) / np.float32(math.sqrt(2))
    part = 1 / (1 + np.float32(0.3275911) * size)
    series = 0.254829592 + part * (-0.284496736 + part * (1.421413741 + part * (-1.453152027 + part * 1.061405429)))
    error = np.copysign(1 - part * series * np.exp(-size * size), values)
    share: Floats = (0.5 * values * (1 + error)).astype(np.float32)
    return share
