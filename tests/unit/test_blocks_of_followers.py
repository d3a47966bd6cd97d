"""What followers, contributors and visitors of the home tab see is valid, and nothing typed comes alive in it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from hypothesis import given, settings

from bot.blocks.domains import PAGE, domains, entries_of
from bot.blocks.elements import MAX_BLOCKS_IN_VIEW, Rendered
from bot.blocks.home import closed_home, doorstep, home
from bot.blocks.notices import change_notice
from bot.blocks.occurrences import occurrence_form
from bot.blocks.recognition import digest, thanks
from bot.blocks.subscriptions import no_longer_following, now_following, subscriptions, told_no_more
from sandbox.blockkit import check_message, check_view
from tests.factories import VOCABULARY
from tests.unit.test_blocks import ENTRY, HOSTILE, LIVE, NOW, amendment, case, entry_with, live_in, writeup_with
from workflows.domains import Domain
from workflows.entries.differences import Difference
from workflows.entries.entry import Entry
from workflows.entries.vocabulary import Vocabulary
from workflows.home import HomePage
from workflows.matters import SignOff
from workflows.notices import ChangedEntry, Notice
from workflows.recognition import Digest, Thanks
from workflows.reviews.reviews import DueReview
from workflows.subscriptions import Change, Followed, Target


def many(entry: Entry, count: int) -> list[Entry]:
    numbered = (entry.document.model_copy(update={"id": f"FM-{n:04d}"}) for n in range(1, count + 1))
    return [replace(entry, document=document) for document in numbered]


def changed(entry: Entry, text: str) -> ChangedEntry:
    return ChangedEntry(
        entry=replace(entry, status_reason=text, successor_id="FM-0009"),
        differences=tuple(Difference("symptom", text, text, text if n % 2 else None) for n in range(9)),
        is_new=False,
        is_urgent=True,
        is_followed=True,
        by=("U1", "operator"),
        reasons=(text, text),
    )


def followed(text: str) -> list[Followed]:
    return [
        Followed(Target("entry", "FM-0001"), text, NOW),
        Followed(Target("entry", "FM-0002"), text, NOW, is_muted=True),
        Followed(Target("tag", "load"), text, NOW),
    ]


def sign_off(entry: Entry, text: str) -> SignOff:
    return SignOff(
        id=1, matter="", entry=entry, purpose="publication", discipline=text, asked_by="U1", asked_people=("U2",),
        reason=text, is_new_entry=True, is_outdated=False, differences=(), remarks=(), state="open", decided_by=None,
        decided_at=None,
    )  # fmt: skip


def page(text: str, count: int = 30) -> HomePage:
    entries = many(entry_with(text), count)
    return HomePage(
        may_write=True,
        sign_offs=[sign_off(entry, text) for entry in entries],
        amendments=[replace(amendment(entry, text), id=n) for n, entry in enumerate(entries)],
        reviews=[DueReview(entry, NOW, text, "U1") for entry in entries],
        drafts=entries,
        unfinished=[writeup_with(text, n) for n in range(count)],
        followed=[replace(followed(text)[0], target=Target("entry", entry.id)) for entry in entries],
        changes=[Change(entry, NOW, "U1", text) for entry in entries],
        domains=[(f"domain-{n}", n) for n in range(count)],
    )


def drawn_messages(text: str) -> list[Rendered]:
    entry = entry_with(text)
    entries = many(entry, 40)
    return [
        change_notice(Notice("U1", (changed(entry, text),))),
        change_notice(Notice("U1", tuple(replace(changed(one, text), is_new=True) for one in entries), True)),
        subscriptions([]),
        subscriptions(followed(text) * 20),
        now_following(followed(text)[2]),
        no_longer_following(Target("entry", "FM-0001"), did=True),
        told_no_more("FM-0001"),
        thanks(Thanks("U1", entry, "U2")),
        digest(Digest("2026-11", tuple(entries), tuple(entries), ((entry, 3),), ("U1", "U2")), {"U1": text}),
        domains([Domain("serving", text, ("U1",), ("U2",), {"published": 3}, 2, (text,))] * 30),
    ]


def drawn_views(text: str) -> list[Mapping[str, Any]]:
    entry = entry_with(text)
    vocabulary = Vocabulary({**VOCABULARY, "severity": dict.fromkeys(VOCABULARY["severity"], text)})
    return [
        home(page(text)),
        home(page(text, 0)),
        closed_home(),
        doorstep(),
        occurrence_form(entry, vocabulary),
        occurrence_form(entry, vocabulary, case(text)),
        entries_of("serving", many(entry, 60), PAGE),
    ]


@settings(max_examples=40, deadline=None)
@given(HOSTILE)
def test_every_message_is_valid_and_nothing_typed_comes_alive(text: str) -> None:
    for rendered in drawn_messages(text):
        check_message(rendered.as_payload())
        assert not LIVE.findall(rendered.text)
        assert not live_in(rendered.blocks)


@settings(max_examples=40, deadline=None)
@given(HOSTILE)
def test_every_view_is_valid_and_nothing_typed_comes_alive(text: str) -> None:
    for view in drawn_views(text):
        check_view(view)
        assert not live_in(view["blocks"])


def test_the_fullest_home_stays_well_below_what_slack_takes() -> None:
    assert len(home(page("x", 200))["blocks"]) < MAX_BLOCKS_IN_VIEW * 3 // 4


def test_a_notice_says_what_it_was_and_what_it_is_now_who_changed_it_and_why() -> None:
    one = replace(
        changed(ENTRY, "a better limit"), differences=(Difference("x", "Containing mitigation › Owner", "rota", "ops"),)
    )

    text = str(change_notice(Notice("U2", (one,))).blocks)

    for words in ("*Containing mitigation › Owner*: rota → ops", "Urgent correction", "<@U1>", "a better limit"):
        assert words in text
    assert "operator" in text
    assert "<@operator>" not in text


def test_a_digest_thanks_people_in_the_order_of_their_names_and_counts_none_of_them() -> None:
    month = Digest("2026-11", (), (ENTRY,), ((ENTRY, 2),), ("U1", "U2", "U3"))

    text = digest(month, {"U1": "Zoe", "U2": "adam", "U3": "Bea"}).text

    assert "<@U2>, <@U3>, <@U1>" in text
    assert "right in 2 incidents" in text
