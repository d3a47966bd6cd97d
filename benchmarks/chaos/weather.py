"""What goes wrong between the bot and Slack while it posts, at random, in the shares in which it was tried before.

    429 before 4 %   500 before 2 %   cut before 2 %   stored late 3 %   500 after 3 %   cut after 3 %

Every call is slowed down as well, so that kills fall between a post and its answer, and pauses between claim and post.
"""

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta

from sandbox.faults import Fault, Faults, Moment

POST = "chat.postMessage"
READING = {"conversations.history", "conversations.replies", "conversations.open"}  # comes before a post
POST_WINDOW = timedelta(milliseconds=20)  # on either side of the effect, at most
READING_WINDOW = timedelta(milliseconds=200)  # at most, and less than the fence


@dataclass(frozen=True)
class Shares:
    """How often each trouble comes, of one."""

    too_many: float = 0.04
    failed_before: float = 0.02
    cut_before: float = 0.02
    late: float = 0.03
    failed_after: float = 0.03
    cut_after: float = 0.03
    reading: float = 0.02  # of look-ups and of opening direct messages


@dataclass
class Weather(Faults):
    """Faults that come by themselves until the sky is clear."""

    shares: Shares = field(default_factory=Shares)
    late: timedelta = timedelta(seconds=2)  # longer than the bot's timeout, shorter than Slack's slowest processing
    seen: Counter[str] = field(default_factory=Counter)
    posts: int = 0

    def due(self, method: str, when: Moment) -> list[Fault]:
        """Return what goes wrong with this call now."""
        asked = super().due(method, when)
        if method in READING:
            pause = Fault(method, when, delay=READING_WINDOW * random.random() if when == "before" else timedelta(0))
            return [*asked, pause, *self._reading(method, when)]
        if method != POST:
            return asked
        self.posts += when == "after"
        pause = Fault(method, when, delay=POST_WINDOW * random.random())
        trouble = self._before(method) if when == "before" else self._after(method)
        return [*asked, pause, *trouble]

    def _before(self, method: str) -> list[Fault]:
        shares = self.shares
        troubles = {
            "too_many": Fault(method, status=429, retry_after=random.choice((1, 1, 2))),
            "failed_before": Fault(method, status=500),
            "cut_before": Fault(method, drops=True),
            "late": Fault(method, delay=self.late * random.uniform(0.6, 1.25)),
        }
        return self._one_of(troubles, [shares.too_many, shares.failed_before, shares.cut_before, shares.late])

    def _after(self, method: str) -> list[Fault]:
        troubles = {
            "failed_after": Fault(method, "after", status=500),
            "cut_after": Fault(method, "after", drops=True),
        }
        return self._one_of(troubles, [self.shares.failed_after, self.shares.cut_after])

    def _reading(self, method: str, when: Moment) -> list[Fault]:
        troubles = {"failed_reading": Fault(method, when, status=500), "cut_reading": Fault(method, when, drops=True)}
        return self._one_of(troubles, [self.shares.reading / 4] * 2)

    def _one_of(self, troubles: dict[str, Fault], shares: list[float]) -> list[Fault]:
        names = [*troubles, ""]
        name = random.choices(names, [*shares, 1 - sum(shares)])[0]
        if not name:
            return []
        self.seen[name] += 1
        return [troubles[name]]
