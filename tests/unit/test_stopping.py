"""Being asked to stop is never missed and never locks up, however often it comes."""

import os
import signal
import threading
import time

from bot.stopping import stop_signal


def test_a_signal_ends_the_wait() -> None:
    with stop_signal() as stop:
        assert not stop.is_asked
        os.kill(os.getpid(), signal.SIGTERM)

        assert stop.wait(5)
        assert stop.is_asked


def test_a_signal_that_another_thread_gets_while_we_wait_ends_the_wait() -> None:
    def get_it() -> None:
        time.sleep(0.1)
        signal.pthread_kill(threading.get_ident(), signal.SIGTERM)

    with stop_signal() as stop:
        thread = threading.Thread(target=get_it)
        thread.start()
        asked = stop.wait(5)
        thread.join()

    assert asked


def test_a_storm_of_signals_during_the_wait_does_not_lock_up() -> None:
    def storm() -> None:
        for _ in range(200):
            os.kill(os.getpid(), signal.SIGTERM)

    with stop_signal() as stop:
        thread = threading.Thread(target=storm)
        thread.start()
        asked = [stop.wait(5) for _ in range(50)]
        thread.join()

    assert all(asked)


def test_without_a_signal_the_wait_ends_by_itself_and_the_handlers_are_put_back() -> None:
    before = signal.getsignal(signal.SIGTERM)

    with stop_signal() as stop:
        started = time.monotonic()
        asked = stop.wait(0.01)

    assert not asked
    assert time.monotonic() - started < 5
    assert signal.getsignal(signal.SIGTERM) == before
