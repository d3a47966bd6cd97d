"""How text is read: numbers, units and identifiers are written one way, in any script."""

import pytest

from workflows.search.words import words


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("after 1,000 steps", ["1000", "steps"]),
        ("80GiB card", ["80", "gb", "card"]),
        ("80 GB card", ["80", "gb", "card"]),
        ("16G limit", ["16", "gb", "limit"]),
        ("250ms budget", ["250", "ms", "budget"]),
        ("version 2.1.0 broke", ["version", "2.1.0", "broke"]),
        ("p99 and H100", ["p99", "h100"]),
        ("featureStore_lag", ["featurestore", "feature", "store", "lag"]),
        ("CudaOOM", ["cudaoom", "cuda", "oom"]),
        ("ошибка памяти", ["ошибка", "памяти"]),
    ],
)
def test_text_is_read_as(said: str, read: list[str]) -> None:
    assert words(said) == read
