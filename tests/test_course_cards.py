"""Cards say the same in words and in HTML, escape everything, and differ by shape and word before colour."""

import re
from html.parser import HTMLParser

import pytest

from vpclab.course.cards import TONES, Card, Code, Table, listing, prose
from vpclab.course.exercises import STATES
from vpclab.render import theme

NASTY = [
    "<script>alert(1)</script>",
    "\"quoted\" & 'single'",
    "社内ネットワーク <b>",
    "a`<i>`b",
    "**<u>**",
    "</div>",
]
# What JupyterLab keeps of a notebook that nobody has trusted yet (notebooks.md).
KEPT_TAGS = {
    "div", "p", "strong", "small", "ul", "li", "code", "pre", "table", "thead", "tbody", "tr", "th", "td",
    "figure", "figcaption", "img", "details", "summary",
}  # fmt: skip
KEPT_ATTRIBUTES = {"style", "scope", "alt", "src", "width", "height", "class"}


class Reader(HTMLParser):
    def __init__(self):
        super().__init__()
        self.text, self.tags, self.attributes, self.open = [], set(), set(), []

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag not in ("img", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


def read(html):
    reader = Reader()
    reader.feed(html)
    reader.close()
    assert reader.open == []
    return reader


@pytest.mark.parametrize("text", NASTY)
def test_everything_in_a_card_is_escaped(text):
    parts = (text, f"- {text}\n- {text}", Code(text), Table((text, "b"), ((text, text),), 0))
    card = Card(text, text, "bad", parts, text, text)
    reader = read(card.html())
    assert reader.tags <= KEPT_TAGS
    assert reader.attributes <= KEPT_ATTRIBUTES
    assert re.sub(r"[`*]", "", text) in re.sub(r"[`*]", "", "".join(reader.text))


def test_text_and_html_say_the_same_words():
    parts = (
        "One `10.0.0.0/24` **public**.",
        Code("x = 1"),
        Table(("a", "b"), (("1", "2"),)),
        "- first\n- second",
    )
    shown = Card("correct", "title", "good", parts, "go on", "a note")._repr_mimebundle_()
    assert set(shown) == {"text/plain", "text/html"}
    said = re.findall(r"\w+", shown["text/plain"])
    assert said == re.findall(r"\w+", " ".join(read(shown["text/html"]).text))


def test_the_four_verdicts_differ_by_word_and_by_shape_and_by_line():
    tones = [TONES[tone] for _, tone in STATES.values()]
    for look in zip(*tones, strict=True):
        assert len(set(look)) == 4
    assert len({word for word, _ in STATES.values()}) == 4


@pytest.mark.parametrize("tone", TONES.values(), ids=list(TONES))
def test_the_colours_have_contrast_on_the_card(tone):
    assert theme.contrast(tone.colour, theme.PAPER) >= 4.5


def test_a_part_that_cannot_show_itself_says_so():
    class Broken:
        def _repr_mimebundle_(self):
            raise RuntimeError("<no picture>")

    card = Card("x", parts=(Broken(),))
    assert "no picture" in str(card)
    assert "<no picture>" not in card.html()


def test_a_table_without_rows_and_a_card_without_parts_can_be_shown():
    assert str(Table(("a",), ())) == "  a"
    assert str(Card("word")) == "◆ word"
    assert read(Card("word").html()).tags == {"div", "p", "strong"}


def test_lists_and_paragraphs_are_told_apart():
    assert prose("one\ntwo\n\nthree") == "<p>one two</p><p>three</p>"
    assert prose(listing([("a", "x"), ("b", "y")])).count("<li>") == 2


def test_the_repr_is_the_text():
    assert repr(Card("correct", "t", "good")) == "✔ correct · t"


def test_new_words_are_set_off_and_lone_stars_stay() -> None:
    assert prose("its *default route* and **more**") == (
        "<p>its <em>default route</em> and <strong>more</strong></p>"
    )
    assert prose("the * rule, and 2 * 3 * 4") == "<p>the * rule, and 2 * 3 * 4</p>"
