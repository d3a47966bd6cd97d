"""Owes messages and hands in forms as people do, and remembers what the bot or its database acknowledged."""

import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta

import sandbox
from store import Store, Unavailable
from workflows.amendments.amendment import PROPOSAL
from workflows.clock import system_clock

AGAIN_SECONDS = 0.2
REST_SECONDS = 1.5  # between two forms, at most: their stewards get one message a second each
SOON = timedelta(seconds=3)  # people give up waiting for an answer after so long
WORST_FORMS = 10  # times that a person hands in one form
IMPATIENT = 1 / 3  # of the forms are handed in by pressing twice, which two processes may take at once


@dataclass(frozen=True)
class Place:
    """Where a message goes: a channel or a person, and perhaps a thread."""

    address: str
    thread_ts: str | None = None


@dataclass
class Debtor:
    """Owes messages under keys of its own, every one twice, as two replicas do that saw the same thing fall due."""

    store: Store
    places: Sequence[Place]
    subject: str
    owed: list[str] = field(default_factory=list)

    def owe(self, number: int) -> None:
        """Owe one message; returns when the database has acknowledged it."""
        key, place = f"chaos:{number}", self.places[number % len(self.places)]
        for _ in range(2):
            persistently(lambda: self._owe(key, place))
        self.owed.append(key)

    def _owe(self, key: str, place: Place) -> None:
        with self.store.begin() as tx:
            tx.outbox.owe_once(
                key,
                kind=PROPOSAL,
                subject=self.subject,
                address=place.address,
                thread_ts=place.thread_ts,
                at=system_clock(),
            )


@dataclass
class FormFiller:
    """Somebody who suggests corrections in Slack, one after the other, and starts over when the bot fails them."""

    slack: sandbox.Slack
    name: str
    entries: Sequence[str]
    acknowledged: list[str] = field(default_factory=list)
    resubmitted: int = 0
    failures: int = 0
    stopping: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Suggest until `stopping`; for a thread of its own."""
        number = 0
        while not self.stopping.is_set():
            number += 1
            try:
                self._suggest(f"{self.name} {number}")
            except (AssertionError, sandbox.NotThere, sandbox.Refusal):  # the bot died under the form
                self.failures += 1
                time.sleep(AGAIN_SECONDS)

    def _suggest(self, words: str) -> None:
        person, entry = self.slack.user(self.name), random.choice(self.entries)
        card = person.command(f"/failure show {entry}", channel="general").sees(entry, within=SOON)
        person.clicks("Suggest a correction", card)
        person.picks("Summary", person.modal("Which part is wrong?", within=SOON))
        form = person.modal("Why?", within=SOON)
        form.fill("Summary", f"What {words} would say.").fill("Why?", words)
        for tries in range(WORST_FORMS):
            self._hand_in(form)
            if "Thank you" in form.text:
                self.acknowledged.append(words)
                self.stopping.wait(REST_SECONDS * random.random())
                return
            self.resubmitted += tries > 0
            time.sleep(AGAIN_SECONDS * random.random())
        form.close()

    def _hand_in(self, form: sandbox.Form) -> None:
        if random.random() > IMPATIENT:
            form.submit()
            return
        again = threading.Thread(target=lambda: self._press_again(form))
        again.start()
        try:
            form.submit()
        finally:
            again.join()

    def _press_again(self, form: sandbox.Form) -> None:
        with suppress(AssertionError, sandbox.NotThere, sandbox.Refusal):  # the first press was answered already
            form.submit()
            self.resubmitted += 1


@contextmanager
def at_work(*workers: FormFiller) -> Iterator[None]:
    """Let people fill forms for the block."""
    threads = [threading.Thread(target=worker.run, name=worker.name) for worker in workers]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        for worker in workers:
            worker.stopping.set()
        for thread in threads:
            thread.join()


def persistently(work: Callable[[], None]) -> None:
    """Do the work, again and again while the database is away."""
    while True:
        try:
            work()
        except Unavailable:
            time.sleep(AGAIN_SECONDS)
        else:
            return
