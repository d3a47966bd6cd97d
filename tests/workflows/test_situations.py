"""An incident as a whole, what tools say of it, muting, why the bot is silent, and stubs of what nothing fits."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.forms.situations import typed_change
from store import Store
from tests.factories import RESPONDER, STRANGER, House, house
from workflows.errors import InvalidForm, NotAllowed, UserError
from workflows.incidents import Message
from workflows.incidenttools import Reported, is_incident_tool, reported
from workflows.people import Actor
from workflows.search.suggestions import Suggestion
from workflows.silence import duration
from workflows.situations import Change, services_named
from workflows.standing import verified_first

LOG_LINE = "torch.cuda.OutOfMemoryError: CUDA out of memory. Tried to allocate 20 MiB"
SECOND = Actor("USECOND")


def said(text: str, number: int = 1, *, bot: str = "") -> Message:
    author = "BTOOL" if bot else "U1"
    return Message(f"Ev{number}", "CINC", f"{number}.0", None, author, text, bot_name=bot)


def begun(store: Store, tmp_path: Path, text: str = LOG_LINE, threshold: float = 0.005) -> House:
    lived = house(store, tmp_path, threshold=threshold)
    lived.incidents.observe(said(text))
    return lived


def changed(lived: House, actor: Actor = RESPONDER, **given: object) -> None:
    incident = lived.incidents.incident_in("CINC")
    assert incident is not None
    lived.situations.change(incident.id, Change(**given), actor, channel_id="CINC")  # type: ignore[arg-type]  # test shorthand


def times(lived: House) -> dict[str, str]:
    return {one.name: one.source for one in lived.situations.here("CINC", RESPONDER).times}


def owed(lived: House, kind: str = "incident_card") -> list[int]:
    with lived.store.read() as tx:
        return [one.revision for one in tx.outbox.all() if one.kind == kind]


def test_an_incident_is_open_and_knows_when_it_was_noticed_and_matched(store: Store, tmp_path: Path) -> None:
    lived = begun(store, tmp_path)

    assert lived.situations.here("CINC", RESPONDER).status == "open"
    assert times(lived) == {"detected": "the first message here", "first_suggestion": "the card"}


def test_a_status_notes_when_it_was_reached_and_by_whose_word(store: Store, tmp_path: Path) -> None:
    lived = begun(store, tmp_path)

    changed(lived, status="mitigated", severity="sev2", commander="UBOSS")
    changed(lived, SECOND, status="resolved")

    situation = lived.situations.here("CINC", RESPONDER)
    assert (situation.status, situation.incident.severity, situation.incident.commander) == (
        "resolved", "sev2", "UBOSS",
    )  # fmt: skip
    assert times(lived)["mitigated"] == "said by URESPONDER"
    assert times(lived)["resolved"] == "said by USECOND"


def test_going_back_takes_back_the_times_it_undoes(store: Store, tmp_path: Path) -> None:
    lived = begun(store, tmp_path)
    changed(lived, status="resolved")

    changed(lived, status="mitigating")

    assert set(times(lived)) == {"detected", "first_suggestion", "mitigation_started"}


def test_a_time_can_be_corrected_but_not_into_the_future(store: Store, tmp_path: Path) -> None:
    lived = begun(store, tmp_path)
    earlier = lived.clock() - timedelta(minutes=20)

    changed(lived, times={"detected": earlier})
    with pytest.raises(InvalidForm):
        changed(lived, times={"detected": lived.clock() + timedelta(hours=1)})

    known = {one.name: one.at for one in lived.situations.here("CINC", RESPONDER).times}
    assert known["detected"] == earlier


def test_only_colleagues_change_an_incident_and_only_where_it_is(store: Store, tmp_path: Path) -> None:
    lived = begun(store, tmp_path)
    incident = lived.incidents.incident_in("CINC")
    assert incident is not None

    with pytest.raises(NotAllowed):
        changed(lived, STRANGER, status="resolved")
    with pytest.raises(UserError):
        lived.situations.change(incident.id, Change(status="resolved"), RESPONDER, channel_id="COTHER")


def test_every_change_stands_in_the_audit_trail(store: Store, tmp_path: Path) -> None:
    lived = begun(store, tmp_path)

    changed(lived, severity="sev1")

    with store.read() as tx:
        deeds = [one for one in tx.audit.find(action="incident.change")]
    assert [(one.actor, one.before, one.after) for one in deeds] == [
        ("URESPONDER", {"severity": None}, {"severity": "sev1"})
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Severity: SEV-2\nStatus: Investigating\nIncident Lead: @U0ABCDEF1", ("open", "sev2", "U0ABCDEF1")),
        ("changed the status from Investigating to Mitigated", ("mitigated", None, None)),
        ("*Status*\nResolved", ("resolved", None, None)),
        ("The incident has been resolved", ("resolved", None, None)),
        ("Severity was updated from Minor to Critical by sam", (None, "sev1", None)),
        ("Incident commander: @U0SAM12345", (None, None, "U0SAM12345")),
        ("Milestone changed from Started to Mitigated", ("mitigated", None, None)),
        ("Priority: P3", (None, "sev3", None)),
        ("what is the status page saying? anybody open a ticket?", (None, None, None)),
        ("we saw 5 severe errors", (None, None, None)),
    ],
)
def test_what_incident_tools_say_is_understood(text: str, expected: tuple[str | None, ...]) -> None:
    said = reported(text)

    assert (said.status, said.severity, said.commander) == expected
    assert said.is_nothing is (said == Reported())


def test_the_status_follows_an_incident_tool_and_nobody_else(store: Store, tmp_path: Path) -> None:
    lived = begun(store, tmp_path)
    for number, (bot, text) in enumerate(
        [("FireHydrant", "Status: Mitigated"), ("Alertmanager", "Status: resolved")], 2
    ):
        heard = said(text, number, bot=bot)
        lived.incidents.observe(heard)
        lived.situations.hear(heard)

    assert lived.situations.here("CINC", RESPONDER).status == "mitigated"
    assert times(lived)["mitigated"] == "said by FireHydrant"
    assert [is_incident_tool(name) for name in ("incident.io", "Rootly Bot", "respond", "PagerDuty")] == [
        True, True, False, True,
    ]  # fmt: skip


def test_nothing_is_posted_while_muted_and_the_next_message_after_it_brings_the_card(
    store: Store, tmp_path: Path
) -> None:
    lived = begun(store, tmp_path, "hello there everybody", threshold=0.005)
    lived.silence.mute("CINC", duration("2h"), RESPONDER)

    lived.incidents.observe(said(LOG_LINE, 2))
    silent = owed(lived)
    lived.clock.forward(timedelta(hours=2))
    lived.incidents.observe(said("it is still going on", 3))

    assert silent == []
    assert owed(lived) == [1]


def test_muting_ends_when_somebody_says_so(store: Store, tmp_path: Path) -> None:
    lived = begun(store, tmp_path, "hello there everybody")
    lived.silence.mute("CINC", duration(""), RESPONDER)
    lived.silence.unmute("CINC", SECOND)

    lived.incidents.observe(said(LOG_LINE, 2))

    assert owed(lived) == [1]


def test_a_channel_nobody_listens_in_cannot_be_muted(store: Store, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="watch"):
        house(store, tmp_path).silence.mute("CELSEWHERE", duration("1h"), RESPONDER)


@pytest.mark.parametrize(("typed", "minutes"), [("2h", 120), ("30 min", 30), ("1 day", 1440), ("", 120)])
def test_a_time_is_read_as_people_type_it(typed: str, minutes: int) -> None:
    assert duration(typed) == timedelta(minutes=minutes)


@pytest.mark.parametrize("typed", ["soon", "0h", "8d", "-1h", "9999999h"])
def test_a_time_that_is_none_gets_a_sentence(typed: str) -> None:
    with pytest.raises(UserError, match="such as"):
        duration(typed)


def test_why_silent_names_the_best_match_its_chance_and_the_threshold(store: Store, tmp_path: Path) -> None:
    lived = begun(store, tmp_path, "memory is a bit high maybe", threshold=0.9)

    told = lived.silence.explain("CINC", RESPONDER)

    assert owed(lived) == []
    assert told.best is not None
    assert told.best.id == "FM-0001"
    assert told.chance < told.threshold == 0.9
    assert (told.messages, told.is_watched, told.on_card) == (1, True, ())


def test_why_silent_leaves_out_what_was_rejected(store: Store, tmp_path: Path) -> None:
    lived = begun(store, tmp_path)
    incident = lived.incidents.incident_in("CINC")
    assert incident is not None
    lived.incidents.judge(incident.id, "FM-0001", "rejected", RESPONDER, channel_id="CINC")

    told = lived.silence.explain("CINC", RESPONDER)

    assert told.rejected == ("FM-0001",)
    assert told.best is None or told.best.id != "FM-0001"


def test_a_stub_takes_its_aliases_from_the_words_people_used_without_secrets(store: Store, tmp_path: Path) -> None:
    lived = begun(store, tmp_path, "the nightly labels never arrived. ask jane@example.org", threshold=0.99)
    lived.incidents.observe(said("label job finished with zero rows", 2))
    incident = lived.incidents.incident_in("CINC")
    assert incident is not None

    offered = lived.stubs.begin(incident.id, RESPONDER, channel_id="CINC")
    saw = "Labels never arrived"
    entry, again = (
        lived.stubs.create(incident.id, saw, "sev3", RESPONDER, channel_id="CINC", submission="V1") for _ in range(2)
    )

    assert offered.aliases == ("the nightly labels never arrived", "label job finished with zero rows")
    assert entry is not None
    assert (entry.status, entry.document.aliases, again) == ("draft", list(offered.aliases), None)
    assert [case.incident_id for case in lived.occurrences.of(entry.id, RESPONDER)] == [incident.id]


def test_a_stub_without_a_symptom_is_sent_back(store: Store, tmp_path: Path) -> None:
    lived = begun(store, tmp_path)
    incident = lived.incidents.incident_in("CINC")
    assert incident is not None

    with pytest.raises(InvalidForm):
        lived.stubs.create(incident.id, "  ", "sev3", RESPONDER, channel_id="CINC", submission="V1")


def test_services_are_read_from_commas_and_lines() -> None:
    assert services_named("ranking, search\n ranking,, ads ") == ["ranking", "search", "ads"]


def test_an_incident_that_nothing_was_found_for_is_counted_once_it_is_over(store: Store, tmp_path: Path) -> None:
    lived = begun(store, tmp_path)
    quiet = timedelta(hours=12)

    going_on = lived.situations.unmatched(quiet=quiet)
    changed(lived, status="resolved", severity="sev2")
    over = lived.situations.unmatched(quiet=quiet)
    incident = lived.incidents.incident_in("CINC")
    assert incident is not None
    lived.incidents.judge(incident.id, "FM-0001", "confirmed", RESPONDER, channel_id="CINC")

    assert going_on == []
    assert [(one.channel, one.severity, one.status) for one in over] == [("inc-42", "sev2", "resolved")]
    assert lived.situations.unmatched(quiet=quiet) == []


def test_the_next_suggestions_are_neither_on_the_card_nor_rejected(store: Store, tmp_path: Path) -> None:
    lived = begun(store, tmp_path, "CUDA out of memory: first requests time out after a column was renamed, latency")
    incident = lived.incidents.incident_in("CINC")
    assert incident is not None
    on_card = [entry_id for entry_id, _, _ in lived.incidents.shown(incident.id)]
    with store.begin() as tx:
        shown = tx.incidents.suggestions(incident.id)
        tx.incidents.put_suggestions(incident.id, [replace(one, rank=0) for one in shown if one.rank > 1])

    unsaid = [one.entry.id for one in lived.silence.unsaid("CINC", RESPONDER)]
    lived.incidents.judge(incident.id, unsaid[0], "rejected", RESPONDER, channel_id="CINC")

    assert set(unsaid) == set(on_card[1:])
    assert unsaid[0] not in [one.entry.id for one in lived.silence.unsaid("CINC", RESPONDER)]
    with pytest.raises(NotAllowed):
        lived.silence.unsaid("CINC", STRANGER)


def test_what_nobody_verified_lately_stands_behind_equals_and_not_behind_worse() -> None:
    first, equal, worse = (
        Suggestion(entry_id, chance, "") for entry_id, chance in (("A", 0.9), ("B", 0.88), ("C", 0.5))
    )

    assert [one.entry_id for one in verified_first([first, equal, worse], {"A"})] == ["B", "A", "C"]
    assert [one.entry_id for one in verified_first([equal, first, worse], {"A", "B", "C"})] == ["B", "A", "C"]


def test_a_commander_can_step_down_again(store: Store, tmp_path: Path) -> None:
    lived = begun(store, tmp_path)
    changed(lived, commander="UBOSS", severity="sev2")

    changed(lived, cleared=("commander",))

    incident = lived.situations.here("CINC", RESPONDER).incident
    assert (incident.commander, incident.severity) == (None, "sev2")
    assert typed_change("nobody", RESPONDER).cleared == ("commander",)


def test_what_it_is_stands_first_on_the_card_even_where_it_was_named_by_hand(store: Store, tmp_path: Path) -> None:
    lived = begun(store, tmp_path)

    incident = lived.incidents.confirm_by_hand("CINC", "FM-0003", RESPONDER)

    card = lived.incidents.card(incident.id)
    assert card is not None
    assert card.lines[0].entry.id == "FM-0003"
    assert len(card.lines) > 1
