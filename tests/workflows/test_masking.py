"""What is kept of people's words holds no secret and nothing that tells who they are."""

import string
from collections.abc import Collection

import pytest
import re2
from detect_secrets.core.plugins.util import get_mapping_from_secret_type_to_class
from hypothesis import assume, given
from hypothesis import strategies as st

from workflows.masking import MASK, MAX_CHARACTERS, masked

BASE62 = string.ascii_letters + string.digits
# Pieces that, put together at random, make and break what is masked.
PIECES = st.sampled_from(
    [
        *"?#@:=/-_. \n\"'", "a@b.co", "@jane", "<@U012ABCDEF>", "10.1.2.3", "::1", "https://u:p@h/x?q=1#f",
        "password", "token", "Bearer ", "+49 171 ", "1234567", "555-123-", "4567", "AKIA", "X" * 16, "ghp_", "a1" * 20,
        "-----BEGIN PRIVATE KEY-----", "-----END PRIVATE KEY-----", MASK, "é", "aws", "key", "0x", "é@é.éé",
    ]
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("ask jane.doe+oncall@example.co.uk", "jane"),
        ("ask <mailto:jane@example.org|jane@example.org>", "jane"),
        ("ask <@U012ABCDEF|jane> or @jane.doe", "jane"),
        ("ask U012ABCDEF", "U012"),
        ("call +49 (171) 123-4567", "171"),
        ("call (555) 123-4567", "123-4567"),
        ("call 0171 1234567", "1234567"),
        ("pods on 10.20.30.40:8080 and 10.0.0.0/8", "10."),
        ("peer 2001:db8::8a2e:370:7334 is gone", "8a2e"),
        ("nic 00:1B:44:11:3A:B7", "44:11"),
        ("in /home/jane/train.py and C:\\Users\\jane\\train.py", "jane"),
        ("postgres://jane:hunter2@db.internal/models", "hunter2"),
        ("https://example.org/reset?user=jane&code=77#top", "jane"),
        ('config {"password": "hunter two", "batch": 4}', "hunter"),
        ("export HF_TOKEN=hunter2", "hunter2"),
        ("the password is hunter2", "hunter2"),
        ("Authorization: Basic amFuZTpodW50ZXIy", "amFu"),
        ("curl -H 'authorization: bearer abc.def-ghi'", "abc.def"),
        ("account 123456789012", "123456789012"),
        ("card 4111 1111 1111 1111", "1111"),
        ("iban DE44 5001 0517 5407 3249 31", "5001"),
        ("ssn 078-05-1120", "1120"),
        ("request 123e4567-e89b-12d3-a456-426614174000", "426614174000"),
        ("digest 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", "9f86"),
        ("-----BEGIN RSA PRIVATE KEY-----\nMIIEow\nIBAAKC\n-----END RSA PRIVATE KEY-----", "MIIEow"),
        ("-----BEGIN OPENSSH PRIVATE KEY-----\nMIIEow and then the paste ended", "MIIEow"),
    ],
)
def test_secrets_and_personal_data_are_taken_out(text: str, secret: str) -> None:
    found = masked(text)

    assert secret not in found
    assert MASK in found


@pytest.mark.parametrize(
    "text",
    [
        "torch.cuda.OutOfMemoryError: tried to allocate 20.00 MiB on cuda:0",
        "loss is NaN since step 12000, lr 3e-4, batch 4096, p99 870 ms at 12:34:56 on 2026-03-02",
        "recall@10 fell from 0.9932 to 0.91 after pandas@2.3.1, max_tokens=4096, tokenizer: bpe, 12 tokens: fine",
        "checkpoint models/ranker/v3/checkpoint-000123/optimizerState in p99-latency-of-service-v2-canary-eu-west-1",
        "std::vector<int> in task-scheduler-with-a-very-long-name UNAVAILABLE 503 #incident-42",
    ],
)
def test_what_an_incident_is_about_stays(text: str) -> None:
    assert masked(text) == text


@given(st.one_of(st.text(max_size=300), st.lists(PIECES, max_size=30).map("".join)))
def test_masking_twice_is_masking_once(text: str) -> None:
    once = masked(text)

    assert masked(once) == once


@given(st.text(BASE62, min_size=32, max_size=64), st.sampled_from(["key {} leaked", "{}", "see {}, please"]))
def test_opaque_tokens_do_not_survive(token: str, said: str) -> None:
    kinds = [string.ascii_lowercase, string.ascii_uppercase, string.digits]
    assume(all(sum(one in kind for one in token) >= len(token) // 6 for kind in kinds))
    assume(len(set(token)) > len(token) // 2)

    assert token not in masked(said.format(token))


def known_shapes() -> list[str]:
    """Return the patterns of detect-secrets that RE2 can read; the others look behind what they find."""
    detectors: Collection[type] = get_mapping_from_secret_type_to_class().values()
    patterns = [pattern for one in detectors for pattern in vars(one).get("denylist", ())]
    shapes = {pattern.pattern.replace(r"(?!\w)", "") for pattern in patterns}
    return sorted(shape for shape in shapes if "(?<" not in shape and "{50,1024}" not in shape)


def test_the_shapes_of_known_tokens_are_many() -> None:
    assert len(known_shapes()) > 30


@pytest.mark.parametrize("shape", known_shapes())
def test_no_token_of_a_known_shape_survives(shape: str) -> None:
    known = re2.compile(shape)

    @given(
        st.from_regex(
            shape, fullmatch=True, alphabet=st.characters(codec="ascii", categories=["L", "N", "P", "S", "Zs"])
        )
    )
    def survives_not(token: str) -> None:
        assume("KEY" in token or any(one.isdigit() for one in token))
        assert known.search(masked(f"it said {token} and stopped")) is None

    survives_not()


def test_a_huge_paste_is_cut_between_words() -> None:
    found = masked("walrus " * 20_000)

    assert len(found) <= MAX_CHARACTERS
    assert set(found.split()) == {"walrus"}


def test_text_that_no_database_takes_is_mended() -> None:
    assert masked("a\x00b\ud800") == "ab?"
