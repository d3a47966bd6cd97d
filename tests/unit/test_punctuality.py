"""A listener that hangs is not waited for; everything else is as if nothing stood between."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from slack_bolt.util.utils import get_arg_names_of_callable

from bot.listeners.punctuality import Punctuality
from workflows.errors import Unavailable, UserError


def test_a_listener_that_hangs_is_unavailable() -> None:
    released = threading.Event()

    def hang(ack: Any) -> None:
        del ack
        released.wait(10)

    with pytest.raises(Unavailable):
        Punctuality(timedelta(seconds=0.05)).kept_by(hang)(ack=None)
    released.set()


def test_a_listener_in_time_runs_once_with_what_it_was_given() -> None:
    seen: list[Any] = []

    def listen(ack: Any, body: Any) -> None:
        seen.append((ack, body))

    Punctuality().kept_by(listen)(ack="ack", body="body")

    assert seen == [("ack", "body")]


@pytest.mark.parametrize("error", [UserError("No."), Unavailable("away"), RuntimeError("bug"), TimeoutError("its own")])
def test_an_error_comes_through_as_it_is(error: Exception) -> None:
    def fail(ack: Any) -> None:
        del ack
        raise error

    with pytest.raises(type(error)) as raised:
        Punctuality().kept_by(fail)(ack=None)

    assert raised.value is error


def test_bolt_sees_the_listeners_own_parameters() -> None:
    class Listeners:
        def hear(self, ack: Any, event: Any) -> None:
            """Hear."""

    assert get_arg_names_of_callable(Punctuality().kept_by(Listeners().hear)) == ["self", "ack", "event"]
