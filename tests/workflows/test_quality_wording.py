"""Words that only one organisation understands, or that blame somebody, are told from words that only look alike."""

import time

import pytest

from tests.exemplar import around, sound
from workflows.quality.checks.orders import is_order
from workflows.quality.checks.wording import blaming_words, private_names


def named(text: str) -> list[str]:
    """Return what the check quotes of a symptom."""
    return [flaw.sentence.split("”")[0].removeprefix("“") for flaw in private_names(sound(symptom=text), around())]


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("Log in to gpu-node-017.", "gpu-node-017"),
        ("It shows on https://grafana.internal/d/x first.", "https://grafana.internal/d/x"),
        ("See http://wiki/page for more.", "http://wiki/page"),
        ("See https://acme.atlassian.net/browse/X now.", "https://acme.atlassian.net/browse/X"),
        ("On build.corp it fails.", "build.corp"),
        ("The queue (at 10.1.2.3) grows.", "10.1.2.3"),
        ("Mail jane.doe@example.com.", "jane.doe@example.com"),
        ("Known to @jane since May.", "@jane"),
        ("Known to <@U0123ABCD> since May.", "<@U0123ABCD>"),
        ("Ask Maria before that.", "Ask Maria"),
        ("Project Falcon broke it.", "Project Falcon"),
        ("It is OPS-1234 again.", "OPS-1234"),
    ],
)
def test_what_only_one_organisation_knows_is_quoted(text: str, quoted: str) -> None:
    assert named(text) == [quoted]


@pytest.mark.parametrize(
    "text",
    [
        "recall@10 falls, top-10 items repeat, p95 grows to 2,000 ms.",
        "torch.cuda.OutOfMemoryError or CVE-2024-1234 on GPT-4 and worker-2.",
        "Call Support, ask Legal, and page the serving rota.",
        "The project started before the operation ended.",
        "https://genai.owasp.org/llmrisk/ lists it, as does RFC-9110.",
        "model.internal() is called twice.",
        "A local optimum; internal. Corporate users see it first.",
    ],
)
def test_what_everybody_knows_passes(text: str) -> None:
    assert named(text) == []


def test_a_person_as_owner_is_named_and_a_role_is_not() -> None:
    entry = sound(mitigations__0__owner="Jane Miller", mitigations__0__escalation__0__to="Machine Learning Lead")

    assert [flaw.place for flaw in private_names(entry, around())] == ["mitigations.0.owner"]


@pytest.mark.parametrize(
    "text",
    [
        "Human error caused it.",
        "They should have checked.",
        "A careless push.",
        "Somebody forgot to test.",
        "It was negligence.",
    ],
)
def test_words_of_blame_are_found(text: str) -> None:
    assert [flaw.place for flaw in blaming_words(sound(failure_mechanism=text), around())] == ["failure_mechanism"]


@pytest.mark.parametrize(
    "text",
    ["The driver is at fault.", "Each row should have a key.", "Lazy loading hides it.", "The job failed to start."],
)
def test_words_about_machines_pass(text: str) -> None:
    assert list(blaming_words(sound(failure_mechanism=text), around())) == []


@pytest.mark.parametrize("piece", ["node-", "a.", "a-1-", "https://a.", "should have ", "A-", "ask @a", "a@"])
def test_no_text_however_made_takes_long(piece: str) -> None:
    text = (piece * 3000)[:2990]
    begun = time.process_time()

    list(private_names(sound(symptom=text), around()))
    list(blaming_words(sound(symptom=text), around()))

    assert time.process_time() - begun < 1


@pytest.mark.parametrize(
    "step",
    [
        "Repoint the alias.",
        "If it starts, apply the setting to the pool.",
        "Roll back",
        "Red-team the prompt",
        "Otherwise keep the old index.",
        "Position the probe before the gate.",
        "Read the trace: which result was not understood?",
    ],
)
def test_orders_are_orders(step: str) -> None:
    assert is_order(step)


@pytest.mark.parametrize(
    "step",
    ["The dashboards", "Checking the logs of the pool", "Model registry", "Is the cache full?", "This is bad.", "…"],
)
def test_things_and_statements_are_no_orders(step: str) -> None:
    assert not is_order(step)
