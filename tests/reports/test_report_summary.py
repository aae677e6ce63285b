"""What a document comes down to."""

from crowd import crowd

from camfinder.document import Document, FindingDoc
from camfinder.reports.summary import (
    Headline,
    address_order,
    changes_of,
    group,
    headlines,
    marks,
    ordered,
)


def numbers(document: Document) -> dict[str, Headline]:
    """The headline by key."""
    return {item.key: item for item in headlines(document)}


def test_what_was_not_judged_is_not_zero() -> None:
    """Without records, policies and advisories there is no number, not a zero."""
    found = numbers(crowd(30, judged=False))
    assert {key for key, item in found.items() if item.number is None} == {
        "unrecorded", "listed", "kev", "not-seen",
    }  # fmt: skip


def test_judged_and_clean_is_zero() -> None:
    """With policies and advisories at hand, nothing found is a zero."""
    document = crowd(30, judged=False)
    document.tool.policies = document.tool.advisories = {"digest": "00", "date": None}
    assert numbers(document)["listed"].number == 0
    assert numbers(document)["kev"].number == 0


def test_numbers_count_surveillance_devices() -> None:
    """The numbers are those of the devices that are surveillance devices for certain."""
    document = crowd(300)
    wanted = [d for d in document.devices if d.surveillance]
    found = numbers(document)
    assert found["surveillance"] == ("surveillance", len(wanted), len(document.possible))
    assert found["listed"].number == sum(d.maker in {"Hikvision", "Dahua"} for d in wanted)
    kev = sum(any(f.kev for f in d.findings) for d in wanted)
    assert found["kev"].number == kev
    assert 0 < kev < len(wanted)
    status = [d.record.status for d in wanted if d.record]
    assert found["unrecorded"] == (
        "unrecorded", status.count("unrecorded"), status.count("recorded-differently"),
    )  # fmt: skip
    assert found["not-seen"] == ("not-seen", 3, 1)
    assert found["blind-spots"].number == 2


def test_an_exploited_flaw_in_doubt_is_counted_apart() -> None:
    """Possibly affected by a known-exploited flaw is no known-exploited firmware."""
    document = crowd(1)
    document.devices[0].findings = [
        FindingDoc(
            kind="advisory", id="CVE-1", verdict="possibly-affected", title="", because="", kev=True
        )
    ]
    assert numbers(document)["kev"] == ("kev", 0, 1)
    assert marks(document.devices[0])[0] == "possibly-affected"


def test_marks_come_worst_first() -> None:
    """Known-exploited before listed before what records say."""
    document = crowd(400)
    changes = changes_of(document)
    [device] = [
        d for d in document.devices if len(marks(d, changes.get(d.id, ()))) > 3 and d.surveillance
    ][:1]
    found = marks(device, changes.get(device.id, ()))
    assert found[0] == "kev"
    assert found[1] == "listed"


def test_devices_come_by_group_then_address() -> None:
    """Surveillance devices first, and .9 before .10."""
    document = crowd(60)
    groups = [group(device) for device in ordered(document)]
    assert groups == sorted(groups, key=["surveillance", "possible", "unknown", "other"].index)
    texts = ["10.0.0.10", None, "10.0.0.9", "fe80::1%eth0", "no address"]
    assert sorted(texts, key=address_order)[:3] == ["10.0.0.9", "10.0.0.10", "fe80::1%eth0"]
