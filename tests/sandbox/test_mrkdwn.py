"""Slack's markup as HTML: what is markup becomes it, and nothing else can become HTML."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.page.mrkdwn import emoji, link, markdown, mrkdwn, plain


class Names:
    """Knows one person and one channel."""

    def person(self, id_: str) -> str | None:
        return {"U1": "responder"}.get(id_)

    def channel(self, id_: str) -> str | None:
        return {"C1": "inc-7"}.get(id_)


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("*bold* _italic_ ~gone~", "<strong>bold</strong> <em>italic</em> <s>gone</s>"),
        ("_both *of* them_", "<em>both <strong>of</strong> them</em>"),
        ("2*3*4 and snake_case_name", "2*3*4 and snake_case_name"),
        ("* not bold *", "* not bold *"),
        ("`a *b* <c>`", "<code>a *b* &lt;c&gt;</code>"),
        ("```\nx < y\n*z*\n```\nafter", "<pre>x &lt; y\n*z*</pre>after"),
        ("> one\n> two\nthree", "<blockquote>one\ntwo</blockquote>three"),
        ("&gt; one", "<blockquote>one</blockquote>"),
        ("a &lt;b&gt; &amp; c & d", "a &lt;b&gt; &amp; c &amp; d"),
        ("<@U1> <@U9|sam>", '<span class="mention">@responder</span> <span class="mention">@sam</span>'),
        ("<@U9>", '<span class="mention">@U9</span>'),
        ("<#C1> <#C9|old>", '<span class="mention">#inc-7</span> <span class="mention">#old</span>'),
        ("<#C9>", '<span class="mention">#private channel</span>'),
        ("<!here> <!subteam^S1|@oncall>", '<span class="mention">@here</span> <span class="mention">@oncall</span>'),
        ("<!date^1392734382^{date}|18 Feb>", "18 Feb"),
        (":tada: :large_green_circle: :no-such-sign: 10:30:20", "🎉 🟢 :no-such-sign: 10:30:20"),
        ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
        ("<javascript:alert(1)|x>", "&lt;javascript:alert(1)|x&gt;"),
    ],
)  # fmt: skip
def test_a_text_becomes(text: str, html: str) -> None:
    assert mrkdwn(text, Names()) == html


def test_a_link_shows_its_words_and_keeps_underscores_in_its_address() -> None:
    html = mrkdwn("see <https://e.com/a_b_c|the *run*>, https://e.com/x?a=1&b=2.", Names())

    assert (
        '<a href="https://e.com/a_b_c" target="_blank" rel="noopener noreferrer">the <strong>run</strong></a>' in html
    )
    assert 'href="https://e.com/x?a=1&amp;b=2"' in html
    assert html.endswith("</a>.")


def test_a_link_to_something_unsafe_is_only_words() -> None:
    assert link("javascript:alert(1)", "<b>") == "&lt;b&gt;"


def test_an_emoji_that_has_a_plain_form_is_asked_for_in_colour() -> None:
    assert emoji("warning") == "⚠\ufe0f"


def test_plain_text_is_escaped_and_its_emoji_shown() -> None:
    assert plain("<b> :fire:") == "&lt;b&gt; 🔥"


def test_markdown_shows_html_instead_of_using_it() -> None:
    html = markdown("**a** <script>x</script> [b](javascript:alert(1))")

    assert html == "<p><strong>a</strong> &lt;script&gt;x&lt;/script&gt; [b](javascript:alert(1))</p>\n"


class Tags(HTMLParser):
    """Collects every tag and attribute there is."""

    def __init__(self) -> None:
        super().__init__()
        self.tags = set[str]()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.addresses += [value or "" for name, value in attrs if name == "href"]
        assert {name for name, _ in attrs} <= {"href", "target", "rel", "class"}


# fmt: off
PIECES = st.sampled_from([
    "*", "_", "~", "`", "```", "<", ">", "|", "&lt;", "\n", "> ", '"', "'", "javascript:", "https://e.com/", "@U1",
    "!here", "#C1", ":tada:", "<script>", "onerror=", "a", " ", "\ue000", "0", "\ue001",
])
# fmt: on


@given(st.lists(PIECES, max_size=25).map("".join))
def test_no_text_brings_its_own_tags_attributes_or_script_addresses(text: str) -> None:
    tags = Tags()
    tags.feed(mrkdwn(text, Names()))

    assert tags.tags <= {"strong", "em", "s", "code", "pre", "blockquote", "a", "span"}
    assert all(re.match("https?:|mailto:", address) for address in tags.addresses)
