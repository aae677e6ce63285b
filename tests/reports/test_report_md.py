"""Markdown: read by a CommonMark parser with HTML on, so that nothing slips through."""

import pytest
from crowd import crowd
from inventories import ATTACKS, inventory, poisoned
from lxml import html
from markdown_it import MarkdownIt

from camfinder.document import Document, build
from camfinder.reports.to_md import escaped, render

PARSER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
OURS = {"div", "h1", "h2", "p", "table", "thead", "tbody", "tr", "th", "td"}


def page(document: Document) -> html.HtmlElement:
    """The page as a reader's program shows it."""
    return html.fragment_fromstring(PARSER.render(render(document).decode()), create_parent="div")


def test_page_holds_the_document() -> None:
    """Headline, devices by group, findings, records, blind spots, problems, ledger."""
    document = crowd(40)
    made = page(document)
    assert {element.tag for element in made.iter()} == OURS
    titles = [element.text_content() for element in made.iter("h2")]
    assert titles[0] == "At a glance"
    assert f"Devices: Surveillance ({len(document.surveillance)})" in titles
    assert f"Devices: Possible ({len(document.possible)})" in titles
    text = made.text_content()
    for device in document.devices:
        assert str(device.serial) in text
        assert str(device.firmware) in text
    for wanted in ("CVE-2021-36260", "us-ndaa-889", "Stairwell 2", "Link-layer", "4213"):
        assert wanted in text


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda text: repr(text[:12]))
def test_hostile_text_is_no_markup(attack: str) -> None:
    """No element but ours, and every row as wide as its heading."""
    poison = attack[:5_000].encode("utf-8", "replace").decode()
    for document in (build(inventory(attack)), poisoned(crowd(8), poison)):
        made = page(document)
        assert {element.tag for element in made.iter()} <= OURS
        for table in made.iter("table"):
            assert len({len(list(row)) for row in table.iter("tr")}) == 1


@pytest.mark.parametrize(
    "text",
    ["DS-2CD2143G2-IS", "V5.7.12 build 230328", "a|b", "<b>&amp;", "`x`", "*a* _b_ ~~c~~", "[x](y)",
     "\\|", "![a](b)", "{{ 7*7 }}", "a\\", "# x", "http://a.example/ www.a.example m@a.example"],
)  # fmt: skip
def test_escaped_text_reads_as_it_was(text: str) -> None:
    """What a parser shows is the text itself."""
    made = html.fragment_fromstring(
        PARSER.render(f"| a |\n| - |\n| {escaped(text)} |\n"), create_parent="div"
    )
    assert [cell.text_content() for cell in made.iter("td")] == [text]


def test_addresses_of_the_web_are_no_links() -> None:
    """The forms that GitHub links without being asked are broken up."""
    made = escaped("http://a.example WWW.a.example mailto:m@a.example xmpp:m@a.example")
    for form in ("http://", "WWW.", "mailto:m", "xmpp:m", "m@a"):
        assert form not in made
