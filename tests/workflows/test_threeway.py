"""Two people's changes of one document are joined; only what both changed differently is a conflict."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from workflows.entries.threeway import join

BASE: dict[str, Any] = {
    "title": "GPU out of memory",
    "summary": "It dies.",
    "aliases": ["oom", "cuda oom"],
    "severity": {"typical": "sev3", "worst_credible": "sev2"},
    "mitigations": [{"title": "Shrink the batch", "owner": "serving"}, {"title": "Restart", "owner": "serving"}],
}
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(0, 3), st.sampled_from("abc"))
DOCUMENTS = st.dictionaries(
    st.sampled_from("uvwxyz"), st.one_of(SCALARS, st.lists(st.sampled_from("abc"), max_size=3), st.just({"n": 1}))
)


def test_changes_of_different_fields_both_stand() -> None:
    joined = join(BASE, {**BASE, "title": "Card out of memory"}, {**BASE, "summary": "It is killed."})

    assert joined.conflicts == ()
    assert (joined.document["title"], joined.document["summary"]) == ("Card out of memory", "It is killed.")


def test_changes_within_different_parts_of_a_list_both_stand() -> None:
    ours = {**BASE, "mitigations": [{"title": "Shrink the batch", "owner": "training"}, BASE["mitigations"][1]]}
    theirs = {**BASE, "mitigations": [*BASE["mitigations"], {"title": "Page the vendor", "owner": "rota"}]}

    joined = join(BASE, ours, theirs)

    assert joined.conflicts == ()
    assert [(one["title"], one["owner"]) for one in joined.document["mitigations"]] == [
        ("Shrink the batch", "training"),
        ("Restart", "serving"),
        ("Page the vendor", "rota"),
    ]


def test_words_added_and_taken_out_by_two_people_are_joined() -> None:
    joined = join(BASE, {**BASE, "aliases": ["oom", "no memory"]}, {**BASE, "aliases": ["oom", "cuda oom", "vram"]})

    assert joined.document["aliases"] == ["oom", "vram", "no memory"]


def test_the_same_field_changed_by_both_is_a_conflict_that_shows_both_texts() -> None:
    joined = join(BASE, {**BASE, "summary": "mine"}, {**BASE, "summary": "yours"})

    (conflict,) = joined.conflicts
    assert (conflict.path, conflict.base, conflict.ours, conflict.theirs) == ("summary", "It dies.", "mine", "yours")


def test_the_same_change_by_both_is_no_conflict() -> None:
    changed = {**BASE, "severity": {"typical": "sev2", "worst_credible": "sev1"}}

    assert join(BASE, changed, changed).document == changed


def test_a_part_that_one_removed_and_the_other_changed_is_a_conflict() -> None:
    ours = {**BASE, "mitigations": BASE["mitigations"][:1]}
    theirs = {**BASE, "mitigations": [BASE["mitigations"][0], {"title": "Restart", "owner": "platform"}]}

    assert [one.path for one in join(BASE, ours, theirs).conflicts] == ["mitigations.Restart"]


@given(DOCUMENTS, DOCUMENTS)
def test_a_change_by_one_alone_is_taken_as_it_is(base: dict[str, Any], changed: dict[str, Any]) -> None:
    assert join(base, changed, base).document == changed
    assert join(base, base, changed).document == changed
