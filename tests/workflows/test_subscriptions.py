"""Following entries, domains and tags: only what one may see, understood however it is typed."""

from pathlib import Path

import pytest

from store import Store
from tests.factories import GPU_OOM, RESPONDER, STEWARD, STRANGER, failure_mode, house
from workflows.errors import NotAllowed, NotFound, UserError
from workflows.subscriptions import Target

SECRET = failure_mode(9, title="A hole nobody may know of", visibility="restricted", domain="data")


def test_an_id_a_domain_and_a_tag_are_understood_with_their_kind_and_without(store: Store, tmp_path: Path) -> None:
    understood = house(store, tmp_path).subscriptions.understood

    assert understood("FM-12") == understood("entry fm0012") == understood("12") == Target("entry", "FM-0012")
    assert understood("domain serving") == understood("Serving") == Target("domain", "serving")
    assert understood("tag serving") == Target("tag", "serving")
    assert understood("capacity") == Target("tag", "capacity")


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("domain sevring", "did you mean `/failure subscribe domain serving`"),
        ("capacitty", "did you mean `/failure subscribe tag capacity`"),
        ("weather", "is no id, domain or tag"),
        ("tag any", "is no id, domain or tag"),
        ("domain", "is no id, domain or tag"),
    ],
)
def test_what_is_no_name_of_anything_gets_the_nearest_or_the_usage(
    store: Store, tmp_path: Path, typed: str, sentence: str
) -> None:
    with pytest.raises(UserError, match="“") as refused:
        house(store, tmp_path).subscriptions.understood(typed)

    assert sentence in refused.value.sentence


def test_what_a_person_follows_is_listed_until_they_stop(store: Store, tmp_path: Path) -> None:
    mine = house(store, tmp_path).subscriptions

    for target in (Target("entry", "FM-0001"), Target("domain", "data"), Target("domain", "data")):
        mine.follow(target, RESPONDER)
    did = mine.unfollow(Target("domain", "data"), RESPONDER)

    assert did
    assert not mine.unfollow(Target("domain", "data"), RESPONDER)
    assert [(one.target.name, one.meaning) for one in mine.of(RESPONDER)] == [("FM-0001", GPU_OOM.title)]
    assert mine.follows("FM-0001", RESPONDER)
    assert mine.of(STEWARD) == []


def test_nobody_can_follow_what_they_may_not_see(store: Store, tmp_path: Path) -> None:
    mine = house(store, tmp_path, SECRET, stewards={"data": "USTEWARD"}).subscriptions

    with pytest.raises(NotFound):
        mine.follow(Target("entry", "FM-0009"), RESPONDER)
    with pytest.raises(NotAllowed):
        mine.follow(Target("domain", "data"), STRANGER)
    mine.follow(Target("entry", "FM-0009"), STEWARD)

    assert mine.of(RESPONDER) == []
    assert [one.target.name for one in mine.of(STEWARD)] == ["FM-0009"]


def test_a_forged_name_of_a_domain_is_refused(store: Store, tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        house(store, tmp_path).subscriptions.follow(Target("domain", "x" * 500), RESPONDER)


def test_a_muted_entry_is_listed_as_such_and_following_it_again_ends_that(store: Store, tmp_path: Path) -> None:
    mine = house(store, tmp_path).subscriptions
    mine.follow(Target("entry", "FM-0001"), RESPONDER)

    mine.mute("FM-0001", RESPONDER)
    muted = [(one.target.name, one.is_muted) for one in mine.of(RESPONDER)]
    mine.follow(Target("entry", "FM-0001"), RESPONDER)

    assert muted == [("FM-0001", True)]
    assert [(one.target.name, one.is_muted) for one in mine.of(RESPONDER)] == [("FM-0001", False)]


def test_the_latest_changes_are_those_of_what_is_followed(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    lived.subscriptions.follow(Target("domain", "serving"), RESPONDER)
    lived.subscriptions.mute("FM-0003", RESPONDER)
    unchanged = lived.subscriptions.latest(RESPONDER)

    for entry_id in ("FM-0001", "FM-0002", "FM-0003"):
        lived.amendments.suggest(entry_id, {"summary": "Anew."}, STEWARD, reason="clearer")

    latest = lived.subscriptions.latest(RESPONDER)
    assert unchanged == []
    assert [(one.entry.id, one.by, one.reason) for one in latest] == [("FM-0001", STEWARD.user_id, "clearer")]


def test_who_was_shown_an_entry_is_noted_and_people_of_elsewhere_are_not(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)

    lived.exposure.shown(["FM-0001", "FM-0002", "FM-9999"], RESPONDER, opened=True)
    lived.exposure.shown(["FM-0001"], STRANGER)

    with store.read() as tx:
        assert tx.followers.exposure("FM-0001") == (1, lived.clock())
        assert tx.followers.shown_to("URESPONDER", lived.clock.now.replace(year=2000)) == {"FM-0001", "FM-0002"}
