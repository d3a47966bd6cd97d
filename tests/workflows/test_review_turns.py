"""What turns while reviews wait: events, cadences, absences, merges, hands and hours; nobody is told wrong or never."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.blocks.reviews import review_list
from bot.quiet_hours import QuietHours
from store import Store, migrate
from tests.factories import CADENCE, RESPONDER, STEWARD, House, claimed, failure_mode, house, write_catalog
from tests.workflows.test_nudging import DAY, EVERYBODY, HOUR, SEVERE, keys, live, put_due, told, utc
from workflows.entries.links import Links
from workflows.errors import InvalidForm
from workflows.people import Actor
from workflows.reviews.ownership import Ownership
from workflows.reviews.rescheduling import Rescheduling

ADMIN = Actor("UADMIN")
OF_LLM = {
    "dimensions": {
        "data_domain": ["any"], "model_family": ["llm"], "deployment_environment": ["any"], "customer_segment": ["all"],
    }
}  # fmt: skip
LA = ZoneInfo("America/Los_Angeles")


def delivered(lived: House) -> None:
    """Let everything that is owed stand in Slack."""
    with lived.store.begin() as tx:
        for number, one in enumerate(claimed(tx, lived.clock.now)):
            ts = one.message.message_ts or f"{number + 1}.0"
            tx.outbox.delivered(one, channel_id="D", message_ts=ts, at=lived.clock.now)


def due_date(lived: House, entry_id: str = "FM-0001") -> datetime:
    with lived.store.read() as tx:
        found = tx.reviews.due_date(entry_id)
    assert found is not None
    return found


def waiting(lived: House) -> list[str]:
    with lived.store.read() as tx:
        return [one.key for one in tx.outbox.all(states=["waiting"])]


def test_what_is_asked_again_for_the_same_reason_after_silence_begins_anew(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path, failure_mode(1), roles=EVERYBODY)
    lived.clock.now = utc(2026, 3, 9, 9)
    lived.reviews.request("FM-0001", "the checklist deletes data", RESPONDER)
    live(lived, utc(2026, 7, 1), step=6 * HOUR)
    before = len(keys(lived))

    lived.reviews.request("FM-0001", "the checklist deletes data", RESPONDER)
    live(lived, utc(2026, 8, 1), step=6 * HOUR)

    (review,) = lived.reviews.due_for(STEWARD)
    assert review.reason == "the checklist deletes data"
    assert len(keys(lived)) > before


def test_an_event_after_silence_begins_anew_and_says_every_reason(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path, failure_mode(1, **OF_LLM), roles=EVERYBODY)
    put_due(lived, "FM-0001", utc(2026, 3, 9, 9))
    live(lived, utc(2026, 7, 1), step=6 * HOUR)
    before = len(keys(lived))

    lived.triggers.release("llm", "5.0", ADMIN, is_major=True)
    lived.reviews.request("FM-0001", "the checklist deletes data", RESPONDER)
    live(lived, utc(2026, 8, 1), step=6 * HOUR)

    (review,) = lived.reviews.due_for(STEWARD)
    assert "llm 5.0 was released" in review.reason
    assert "the checklist deletes data" in review.reason
    assert len(keys(lived)) > before


def test_whoever_says_that_an_entry_is_wrong_is_heard_the_same_day_though_its_review_is_due(
    store: Store, tmp_path: Path
) -> None:
    lived = house(store, tmp_path, failure_mode(1))
    put_due(lived, "FM-0001", utc(2026, 3, 2, 9))
    live(lived, utc(2026, 3, 3, 11))
    assert [one.partition(":")[0] for one in keys(lived)] == ["digest"]

    for _ in range(3):
        lived.reviews.request("FM-0001", "marked outdated", RESPONDER)
        lived.nudging.sweep()

    assert [one.partition(":")[0] for one in keys(lived)] == ["digest", "review"]


def test_a_release_that_touches_hundreds_of_entries_is_announced_within_the_limits_of_a_transaction(
    tmp_path: Path,
) -> None:
    patient = Store.open(f"sqlite:///{tmp_path / 'many.db'}", timedelta(seconds=60))
    migrate(patient.engine)
    lived = house(patient, tmp_path, *(failure_mode(number, **OF_LLM) for number in range(1, 161)))

    told_at_once = lived.triggers.release("llm", "5.0", ADMIN, is_major=True)
    now_due = len(lived.reviews.due_for(STEWARD))
    lived.triggers.look()

    assert (len(told_at_once.entries), now_due) == (160, 100)
    assert len(lived.reviews.due_for(STEWARD)) == 160
    assert lived.triggers.look() == 0
    patient.close()


def test_a_late_patch_of_an_older_version_is_no_major_release(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path, failure_mode(1, **OF_LLM))
    lived.triggers.release("llm", "4.2", ADMIN)
    lived.triggers.release("llm", "5.0", ADMIN)

    assert lived.triggers.release("llm", "4.2.1", ADMIN).entries == []


def test_a_cadence_that_changed_moves_the_date_and_one_that_has_passed_stays(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path, failure_mode(1), failure_mode(2, slug="two"))
    due = due_date(lived)
    lived.catalog.import_folder(write_catalog(tmp_path / "catalog", failure_mode(1, review_every="7d")))
    lived.catalog.refresh()

    rescheduling = Rescheduling(store, lived.clock, lived.catalog, CADENCE)

    assert (rescheduling.sweep(), rescheduling.sweep()) == (1, 0)

    assert due_date(lived) == due - timedelta(days=90) + timedelta(days=7)
    live(lived, utc(2026, 3, 12))
    assert {one.entry_id for one in told(lived)} == {"FM-0001"}


def test_all_that_the_digest_told_of_is_listed_also_what_it_had_no_room_for(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path, *(failure_mode(number) for number in range(1, 21)))
    for number in range(1, 21):
        put_due(lived, f"FM-{number:04d}", utc(2026, 3, 6, 12))
    live(lived, utc(2026, 3, 3, 11))
    (key,) = keys(lived)

    assert len(lived.reviews.due_for(STEWARD)) == 20

    delivered(lived)
    for number in range(1, 13):
        lived.reviews.answer(f"FM-{number:04d}", utc(2026, 3, 6, 12), "verified", STEWARD)
    told_of = lived.reviews.list_under(key)
    assert told_of is not None
    shown = review_list(told_of)
    assert "FM-0013" in str(shown.blocks)
    assert "more wait" not in str(shown.blocks)


def test_a_severe_entry_is_told_of_on_its_day_also_when_the_digest_told_of_it(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path, failure_mode(1, **SEVERE), failure_mode(2, slug="two", **SEVERE))
    put_due(lived, "FM-0001", utc(2026, 3, 3, 13))  # a few hours after the digest
    put_due(lived, "FM-0002", utc(2026, 3, 4, 13))  # a day after it
    live(lived, utc(2026, 3, 5))

    assert [(one.entry_id, one.stage, one.at) for one in told(lived)] == [
        ("FM-0002", "soon", utc(2026, 3, 3, 10)),
        ("FM-0001", "overdue", utc(2026, 3, 3, 13)),
        ("FM-0002", "overdue", utc(2026, 3, 4, 13)),
    ]


def test_a_snooze_until_a_day_is_until_that_day_where_the_steward_lives(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path, failure_mode(1, **SEVERE))
    lived.workspace.zones["USTEWARD"] = LA.key
    lived.clock.now = utc(2027, 1, 12, 18)
    put_due(lived, "FM-0001", lived.clock.now)
    home = lived.stewardship.workplace(STEWARD.user_id)
    until = home.at(date(2027, 1, 21), 0)
    lived.reviews.answer("FM-0001", utc(2027, 1, 12, 18), "snoozed", STEWARD, until=until)
    live(lived, utc(2027, 1, 25))

    assert told(lived)[-1].at.astimezone(LA) == datetime(2027, 1, 21, 9, tzinfo=LA)

    lived.clock.now = utc(2027, 1, 26, 2)  # the 25th, in the evening, there
    tomorrow = home.at(date(2027, 1, 26), 0)
    lived.reviews.answer("FM-0001", due_date(lived), "snoozed", STEWARD, until=tomorrow)
    assert due_date(lived) == tomorrow


def test_the_same_day_chosen_twice_is_two_reviews(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path, failure_mode(1))
    friday = utc(2026, 3, 20)
    for reason in ("a", "b"):
        lived.reviews.request("FM-0001", reason, RESPONDER)
        lived.reviews.answer("FM-0001", due_date(lived), "snoozed", STEWARD, until=friday)
        if reason == "a":
            lived.reviews.answer("FM-0001", due_date(lived), "verified", STEWARD)
        lived.clock.forward(DAY)

    lived.clock.now = utc(2026, 3, 21)
    (review,) = lived.reviews.due_for(STEWARD)
    lived.reviews.answer("FM-0001", review.due_at, "verified", STEWARD)

    assert lived.reviews.due_for(STEWARD) == []


def test_the_messages_of_an_entry_that_was_merged_say_so(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path, failure_mode(1), failure_mode(2, slug="two"))
    put_due(lived, "FM-0001", utc(2026, 3, 9, 9))
    live(lived, utc(2026, 3, 3, 11))
    delivered(lived)

    lived.merging.merge("FM-0001", "FM-0002", ADMIN, reason="the same")

    assert any(key.startswith("digest:") for key in waiting(lived))


def test_an_entry_that_is_published_again_is_reviewed_again(store: Store, tmp_path: Path) -> None:
    class Fine:
        def require_publishable(self, *_: object) -> None:
            """Let it pass."""

    lived = house(store, tmp_path, failure_mode(1), roles=EVERYBODY)
    put_due(lived, "FM-0001", utc(2026, 3, 9, 9))
    live(lived, utc(2026, 6, 1), step=6 * HOUR)
    before = len(keys(lived))
    lived.lifecycle.deprecate(
        "FM-0001", STEWARD, expected=lived.catalog.entry("FM-0001", STEWARD).revision, reason="gone"
    )
    revision = lived.catalog.entry("FM-0001", STEWARD).revision
    lifecycle = replace(lived.lifecycle, assessing=Fine())  # type: ignore[arg-type] # only this is asked of it here
    lifecycle.bring_back("FM-0001", STEWARD, expected=revision)
    live(lived, utc(2026, 10, 1), step=12 * HOUR)

    assert len(keys(lived)) > before


def test_a_dead_link_makes_an_entry_due_once_and_edits_what_was_told(store: Store, tmp_path: Path) -> None:
    class Gone:
        def state_of(self, _uri: str) -> str:
            return "gone"

    cited = [{"kind": "paper", "title": "A", "uri": "https://example.org/p", "supports": "x"}]
    lived = house(store, tmp_path, failure_mode(1, evidence=cited))
    put_due(lived, "FM-0001", utc(2026, 3, 9, 9))
    live(lived, utc(2026, 3, 3, 10))
    delivered(lived)
    links = Links(store, lived.clock, lived.catalog, Gone(), lived.reviews)  # type: ignore[arg-type] # gone is a State

    links.check()
    assert waiting(lived)
    lived.reviews.answer("FM-0001", due_date(lived), "verified", STEWARD)
    verified_until = due_date(lived)
    for _ in range(2):
        lived.clock.forward(timedelta(days=31))
        links.check()

    assert due_date(lived) == verified_until > lived.clock.now


def test_a_review_is_handed_over_to_somebody_who_is_there_and_may_see_the_entry(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path, failure_mode(1, visibility="restricted"), failure_mode(2, slug="two", **OF_LLM))
    lived.workspace.left.add("UGONE")
    for entry_id in ("FM-0001", "FM-0002"):
        put_due(lived, entry_id, utc(2026, 3, 2, 9))

    with pytest.raises(InvalidForm, match="may not see FM-0001"):
        lived.reviews.answer("FM-0001", utc(2026, 3, 2, 9), "handed_over", STEWARD, to="UCOLLEAGUE")
    with pytest.raises(InvalidForm, match="have left"):
        lived.reviews.answer("FM-0002", utc(2026, 3, 2, 9), "handed_over", STEWARD, to="UGONE")

    lived.reviews.answer("FM-0002", utc(2026, 3, 2, 9), "handed_over", STEWARD, to="UCOLLEAGUE")
    lived.triggers.release("llm", "5.0", ADMIN, is_major=True)
    with store.read() as tx:
        assert tx.reviews.of(["FM-0002"])[0].assigned_to == "UCOLLEAGUE"


def test_each_severe_entry_is_a_message_of_its_own_to_the_team(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path, failure_mode(1, **SEVERE), failure_mode(2, slug="two", **SEVERE))
    put_due(lived, "FM-0001", utc(2026, 3, 2, 9))
    put_due(lived, "FM-0002", utc(2026, 3, 2, 15))
    live(lived, utc(2026, 3, 12))

    team = [one.key for one in told(lived) if one.stage == "team"]
    assert len(set(team)) == 2


def test_champions_get_one_list_a_month_whatever_holidays_stewards_have(store: Store, tmp_path: Path) -> None:
    stewards = {"serving": "UBERLIN", "data": "UNYC"}
    lived = house(
        store, tmp_path, failure_mode(1), failure_mode(2, slug="two", domain="data"), stewards=stewards,
        roles={"champion": ("UCHAMP",)},
    )  # fmt: skip
    lived.workspace.zones.update({"UBERLIN": "Europe/Berlin", "UNYC": "America/New_York", "UCHAMP": "America/New_York"})
    for entry_id in ("FM-0001", "FM-0002"):
        put_due(lived, entry_id, utc(2026, 3, 9, 9))
    live(lived, utc(2026, 5, 20))

    assert len({one.key for one in told(lived) if one.stage == "champions"}) == 1


def test_where_nobody_answers_for_an_entry_the_team_and_the_champions_hear_of_it(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path, failure_mode(1), stewards={"data": "UX"}, roles={"champion": ("UCHAMP",)})
    put_due(lived, "FM-0001", utc(2026, 3, 9, 9))
    live(lived, utc(2026, 9, 1), step=6 * HOUR)

    assert [one.stage for one in told(lived)] == ["team", "champions"]


def test_an_empty_group_is_noticed_though_others_get_what_was_its(store: Store, tmp_path: Path) -> None:
    roles = {"steward:serving": ("S1",), "champion": ("UCHAMP",)}
    lived = house(store, tmp_path, failure_mode(1), stewards={"default": "USTEWARD"}, roles=roles)

    gaps = dict(Ownership(store, lived.clock, lived.catalog, lived.stewardship, lived.bell).gaps())

    assert "group named as its steward is empty" in gaps["serving"]


def test_what_was_owed_on_friday_is_not_sent_on_sunday_night(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path, failure_mode(1, **SEVERE))
    lived.clock.now = utc(2026, 3, 6, 16)
    lived.reviews.request("FM-0001", "wrong", RESPONDER)
    lived.nudging.sweep()
    lived.clock.now = utc(2026, 3, 8, 3)
    with store.begin() as tx:
        (late,) = claimed(tx, lived.clock.now)

    wait = QuietHours(lived.stewardship, lived.clock).wait

    assert lived.clock.now + wait(late.message) == utc(2026, 3, 9, 9)
    assert wait(replace(late.message, message_ts="1.0")) == timedelta()  # an edit
    assert wait(replace(late.message, maybe_sent=True)) == timedelta()  # it is looked up first


def test_who_left_before_it_was_sent_is_told_of_nothing(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path, failure_mode(1))
    put_due(lived, "FM-0001", utc(2026, 3, 9, 9))
    live(lived, utc(2026, 3, 3, 10))
    (key,) = keys(lived)
    lived.workspace.left.add("USTEWARD")

    assert lived.reviews.list_under(key) is None


def test_what_joins_a_message_while_it_is_dropped_is_sent(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path, failure_mode(1), failure_mode(2, slug="two"))
    put_due(lived, "FM-0001", utc(2026, 3, 9, 9))
    live(lived, utc(2026, 3, 3, 10))
    lived.reviews.answer("FM-0001", utc(2026, 3, 9, 9), "verified", STEWARD)
    with store.begin() as tx:
        (one,) = claimed(tx, lived.clock.now)
    put_due(lived, "FM-0002", utc(2026, 3, 9, 9))
    lived.nudging.sweep()

    with store.begin() as tx:
        tx.outbox.ended(one, "dropped", at=lived.clock.now, problem="no longer needed")

    assert waiting(lived) == [one.message.key]


def test_a_change_that_is_needed_can_be_made_from_the_digest(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path, failure_mode(1), failure_mode(2, slug="two"))
    for entry_id in ("FM-0001", "FM-0002"):
        put_due(lived, entry_id, utc(2026, 3, 9, 9))
    live(lived, utc(2026, 3, 3, 10))
    delivered(lived)
    lived.reviews.answer("FM-0001", utc(2026, 3, 9, 9), "needs_change", STEWARD, note="The pump is another")
    (key,) = keys(lived)

    told_of = lived.reviews.list_under(key)

    assert told_of is not None
    assert "edit_entry" in str(review_list(told_of).blocks)


def test_a_group_of_stewards_shares_its_reviews_and_each_entry_keeps_its_own(store: Store, tmp_path: Path) -> None:
    entries = [failure_mode(n) for n in range(1, 31)]
    lived = house(store, tmp_path, *entries, stewards={"default": "S0PLATFORM"}, roles=EVERYBODY)
    lived.workspace.groups["S0PLATFORM"] = frozenset({"U0ANNA", "U0BERT", "U0CARL"})
    lived.clock.now = utc(2026, 3, 9, 9)
    for entry in entries:
        put_due(lived, entry.id, utc(2026, 3, 12))
    live(lived, utc(2026, 3, 11))

    asked = {one.entry_id: one.address for one in told(lived)}
    shares = [list(asked.values()).count(person) for person in ("U0ANNA", "U0BERT", "U0CARL")]

    assert len(asked) == len(entries)
    assert sum(shares) == len(entries)
    assert min(shares) >= 5
    assert asked == {entry.id: lived.catalog.entry(entry.id, ADMIN).steward for entry in entries}


def test_who_leaves_a_group_of_stewards_moves_no_entry_but_their_own(store: Store, tmp_path: Path) -> None:
    entries = [failure_mode(n) for n in range(1, 31)]
    lived = house(store, tmp_path, *entries, stewards={"default": "S0PLATFORM"})
    lived.workspace.groups["S0PLATFORM"] = frozenset({"U0ANNA", "U0BERT", "U0CARL"})

    def keepers() -> dict[str, str | None]:
        with store.read() as tx:
            present = lived.stewardship.at(tx, lived.clock.now)
        return {entry.id: present.keeper(lived.catalog.entry(entry.id, ADMIN), None) for entry in entries}

    before = keepers()
    lived.workspace.away.add("U0BERT")
    while_away = keepers()
    lived.workspace.away.clear()
    lived.workspace.groups["S0PLATFORM"] = frozenset({"U0ANNA", "U0CARL", "U0DORA"})
    after = keepers()

    moved = {entry for entry, person in before.items() if person == "U0BERT"}
    assert {entry for entry in before if while_away[entry] != before[entry]} == moved
    assert {while_away[entry] for entry in moved} == {"U0ANNA", "U0CARL"}
    assert {after[entry] for entry in before if after[entry] != before[entry]} >= {"U0DORA"}
    assert {entry for entry in moved if after[entry] == "U0BERT"} == set()
    assert all(after[entry] in {before[entry], "U0DORA"} for entry in set(before) - moved)
