"""The HTML page without a browser: its parts, and what they are made of."""

import json
from datetime import timedelta
from typing import Any

import pytest
from crowd import START, crowd
from lxml import html

from camfinder.document import Document, RecordDoc
from camfinder.reports import pictures
from camfinder.reports.inert import visible
from camfinder.reports.rows import rows, shown_at_first
from camfinder.reports.sections import bytes_shown
from camfinder.reports.svg import Bar, Event, bars, timeline
from camfinder.reports.texts import texts
from camfinder.reports.to_html import WHOLE, render


def page(document: Document) -> Any:
    """The parsed page."""
    return html.fromstring(render(document))


def words(node: Any) -> str:
    """The text of an element, blanks made one."""
    return " ".join(" ".join(node.itertext()).split()).replace(" ,", ",")


def nodes(tree: Any, path: str) -> list[Any]:
    """The nodes at an XPath."""
    found = tree.xpath(path)
    assert isinstance(found, list)
    return found


def test_headline_says_what_was_not_judged() -> None:
    """No records, no policies: words instead of zeros; with them the numbers."""
    heads = [words(li) for li in nodes(page(crowd(20, judged=False)), "//ul[@class='headline']/li")]
    assert heads[1] == "no records given not in the records"
    assert heads[2] == "not judged listed by a policy"
    assert heads[3] == "not judged with known-exploited firmware"
    assert heads[4] == "no records given recorded but not seen"
    judged = [words(li) for li in nodes(page(crowd(20)), "//ul[@class='headline']/li")]
    assert judged[4] == "3 recorded but not seen 1 more outside the scope"


def test_what_it_rests_on_is_dated() -> None:
    """Digest and date of fingerprints, policies and advisories stand in every report."""
    text = words(page(crowd(3)))
    assert "Fingerprints 0123456789ab" in text
    assert "Policies digest 89abcdef0123, date 2026-10-30" in text
    assert "Advisories digest 456789abcdef, date 2026-11-01" in text


def test_blind_spots_ledger_and_missing_records_are_told() -> None:
    """What could not be seen with its remedy, what was sent, what was not found."""
    text = words(page(crowd(30)))
    assert "no right to open raw sockets. Remedy: Run as root" in text
    assert "Datagrams 4,213 Connection attempts 20,145 Requests 9,120" in text
    assert "Stairwell 0" in text


@pytest.mark.parametrize("count", [WHOLE, WHOLE + 1])
def test_big_inventories_carry_sections_as_data(count: int) -> None:
    """Up to 200 sections stand in the page; above that each is a block of JSON."""
    found = page(crowd(count))
    whole = nodes(found, "//details[@class='device']")
    lazy = nodes(found, "//script[starts-with(@id, 's-device-')]")
    assert (len(whole), len(lazy)) == ((count, 0) if count <= WHOLE else (0, count))
    assert all(json.loads(block.text)[0][0] == "dl" for block in lazy)


def test_section_holds_the_proof() -> None:
    """Findings with clause and date, record, claims, services, evidence with its bytes."""
    document = crowd(40)
    [device] = [d for d in document.devices if d.findings and d.findings[-1].kev][:1]
    [section] = nodes(page(document), f"//details[@id='device-{device.id}']")
    text = words(section)
    assert "us-ndaa-889, a1b: Covered telecommunications equipment" in text
    assert "2019-08-13" in text
    assert "known-exploited since 2022-01-10; CVSS 9.8" in text
    assert "fixed in V5.7.20" in text
    assert "HTTP/1.1 200 OK\\r\\n Server: App-webs/" in text
    assert f"sha256 {device.evidence[0].sha256}" in text


def test_anchors_are_unique_and_plain() -> None:
    """Ids of devices may hold anything, twice even; anchors are letters, digits, dashes."""
    document = crowd(4)
    for device, name in zip(document.devices, ("a b", "a_b", "a b", "é<"), strict=True):
        device.id = name
    anchors = [row.anchor for row in rows(document, texts())]
    assert len(set(anchors)) == 4
    assert all(c.isascii() and (c.isalnum() or c in "-._:") for a in anchors for c in a)


def test_record_column_comes_with_records() -> None:
    """A column of nothing is not shown."""
    assert "record" in shown_at_first(crowd(3))
    assert "record" not in shown_at_first(crowd(3, judged=False))


def test_bytes_are_shown_as_bytes() -> None:
    """ASCII as it is, all else by number, the backslash doubled; broken base64 is nothing."""
    assert bytes_shown("SGkNCgD/XA==") == "Hi\\r\\n\n\\x00\\xff\\\\"
    assert bytes_shown("SGk") == ""
    assert visible(bytes_shown("SGkA")) == bytes_shown("SGkA")


def test_map_tells_the_worst_of_each_address() -> None:
    """Known-exploited before listed; a missing record where no device answers; other devices."""
    document = crowd(60)
    drawn = "".join(pictures.maps(pictures.networks(document, {}), texts()))
    for device in document.devices:
        sort = pictures.style(device)
        assert f'class="k-{sort}"' in drawn
        assert (sort == "other") == (device.surveillance is False)
    assert 'class="k-not-seen"' in drawn
    assert ">K</text>" in drawn


def test_a_record_does_not_hide_a_device() -> None:
    """Where a device answers at the address of a missing record, the device is drawn."""
    document = crowd(1)
    address = document.devices[0].address
    document.records = [RecordDoc(id="r", source="a.csv", status="not-seen", address=address)]
    assert "k-not-seen" not in "".join(pictures.maps(pictures.networks(document, {}), texts()))


def test_many_networks_are_cut_and_counted() -> None:
    """64 maps are drawn, the rest is in the table."""
    document = crowd(140, networks=70)
    assert len(list(pictures.maps(pictures.networks(document, {}), texts()))) == 64
    assert pictures.maps_left_out(pictures.networks(document, {})) == 6
    assert "6 further networks are in the table only." in words(page(document))


def test_ages_count_every_surveillance_device() -> None:
    """Those whose firmware holds no date are a bar of their own."""
    document = crowd(80)
    drawn = html.fromstring(pictures.ages(document, texts()))
    told = words(nodes(drawn, "//desc")[0])
    numbers = [int(part.rpartition(": ")[2]) for part in told.rstrip(".").split(";")]
    assert sum(numbers) == len(document.surveillance)
    assert "over 5 years: " in told


def test_bars_scale_to_the_longest() -> None:
    """The longest bar is full, none is wider, and nothing divides by nothing."""
    drawn = html.fromstring(bars("x", "X", [Bar("a", 10, 5), Bar("b", 1), Bar("c", 0)]))
    widths = [float(rect.get("width")) for rect in nodes(drawn, "//rect")]
    assert max(widths) == widths[0] == 2 * widths[1]
    assert "<svg" in bars("x", "X", [])


def test_timeline_from_one_moment_to_many() -> None:
    """One event stands in the middle; many share a dot that says how many they are."""
    lanes = {"appeared": "appeared", "gone": "gone"}
    assert nodes(html.fromstring(timeline("t", "T", lanes, [Event("gone", START)])), "//circle")
    events = [Event("appeared", START + timedelta(seconds=n // 50)) for n in range(100)]
    drawn = html.fromstring(timeline("t", "T", lanes, events))
    assert [circle.get("r") for circle in nodes(drawn, "//circle")] == ["11.1", "11.1"]
    assert "appeared: 100; gone: 0." in words(nodes(drawn, "//desc")[0])


def test_empty_inventory_is_a_page_too() -> None:
    """Nothing found is said, with a pointer to the blind spots."""
    text = words(page(crowd(0, judged=False)))
    assert "No device was seen. Read what could not be seen" in text
