"""What lives as long as the process is not looked through for garbage."""

import gc

import pytest

from bot.collection import uncollected


def test_the_collector_rests_while_much_is_laid_out_and_goes_on_after_it() -> None:
    with uncollected():
        assert not gc.isenabled()

    assert gc.isenabled()


def test_what_was_laid_out_is_not_looked_at_again() -> None:
    try:
        with uncollected():
            kept = [[number] for number in range(1_000)]

        assert gc.get_freeze_count() >= len(kept)
    finally:
        gc.unfreeze()


def test_a_failure_leaves_the_collector_on() -> None:
    with pytest.raises(LookupError), uncollected():
        raise LookupError

    assert gc.isenabled()
