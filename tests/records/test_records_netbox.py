"""NetBox, read and written by pynetbox over real HTTP."""

from collections.abc import Iterator

import pytest
from books import device, document
from netbox_server import Netbox, running

from camfinder.document import Document
from camfinder.model import CamfinderError
from camfinder.net.netbox import Client, place
from camfinder.records import netbox as records_netbox
from camfinder.records.netbox_plan import Plan, plan
from camfinder.records.outcome import reconcile

MACS = ["00:40:8c:00:00:01", "44:19:b6:00:00:02", "90:02:a9:00:00:03"]


@pytest.fixture(params=["3.7", "4.1", "4.3", "4.6"])
def netbox(request: pytest.FixtureRequest) -> Iterator[Netbox]:
    """A NetBox with a site, of a release before and after MACs became objects."""
    made = Netbox(request.param)
    made.add("dcim/sites", name="Rathaus", slug="rathaus")
    with running(made):
        yield made


def client(netbox: Netbox, query: str = "") -> Client:
    """A client with the right token."""
    return Client(place(f"{netbox.url}/{query}"), netbox.token)


def cameras() -> Document:
    """Two cameras and a recorder that were seen, and a printer."""
    return document(
        [
            device(id="a", address="10.0.0.5", mac=MACS[0], brand="Axis", model="P3245-V",
                   serial="B8A44F123457", hostname="tor-1", firmware="9.80.3"),
            device(id="b", address="10.0.0.6", mac=MACS[1], brand="Hikvision", model="DS-1"),
            device(id="c", address="2001:db8::7", kind="recorder"),
            device(id="d", address="10.0.0.8", kind="other", surveillance=False),
        ]
    )  # fmt: skip


def planned(netbox: Netbox, made: Document) -> Plan:
    """The plan for a document."""
    snapshot = client(netbox).devices(site="rathaus", everything=True)
    addresses = [each.address for each in made.devices if each.address]
    return plan(
        made,
        client(netbox).with_addresses(snapshot, addresses),
        ports=client(netbox).interfaces_of_type,
    )


def written(netbox: Netbox, made: Document) -> int:
    """How many steps the export of a document took."""
    todo = planned(netbox, made)
    done: list[str] = []
    client(netbox).apply(todo, lambda step: done.append(str(step)))
    assert len(done) == len(todo.steps)
    return len(done)


def test_export_and_again(netbox: Netbox) -> None:
    """The devices come into an empty NetBox, whole; the same export again writes nothing."""
    dry = planned(netbox, cameras())
    assert netbox.writes == []
    assert len(dry.steps) > 10
    written(netbox, cameras())
    assert [d["name"] for d in netbox.tables["dcim/devices"].values()] == [
        "tor-1", "Hikvision DS-1 10.0.0.6", "2001:db8::7",
    ]  # fmt: skip
    first = netbox.shown("dcim/devices", netbox.tables["dcim/devices"][1])
    assert first["serial"] == "B8A44F123457"
    assert first["custom_fields"]["camfinder_firmware"] == "9.80.3"
    assert first["device_type"]["model"] == "P3245-V"
    assert first["device_type"]["manufacturer"]["name"] == "Axis"
    assert first["primary_ip4"]["address"] == "10.0.0.5/32"
    assert (
        netbox.shown("dcim/interfaces", netbox.tables["dcim/interfaces"][1])["mac_address"]
        == MACS[0].upper()
    )
    count = len(netbox.writes)
    assert planned(netbox, cameras()).steps == []
    assert written(netbox, cameras()) == 0
    assert len(netbox.writes) == count


def test_what_was_exported_is_recorded(netbox: Netbox) -> None:
    """NetBox as a list: what the export wrote records every camera."""
    made = cameras()
    written(netbox, made)
    known = records_netbox.known(client(netbox, "?site=rathaus").devices())
    reconcile(made, [known])
    statuses = [each.record.status for each in made.devices if each.record]
    assert statuses == ["recorded", "recorded", "recorded", "unrecorded"]
    assert [record.status for record in made.records] == ["seen"] * 3
    with pytest.raises(CamfinderError, match="nowhere is not one of the available choices"):
        client(netbox, "?site=nowhere").devices()


def test_filters_that_leave_nothing_out(netbox: Netbox) -> None:
    """NetBox ignores a filter that it does not know: it can be asked whether one did anything."""
    netbox.add("dcim/sites", name="Bauhof", slug="bauhof")
    written(netbox, cameras())
    for query, narrows in (("?site=bauhof", True), ("?sitte=bauhof", False), ("", True)):
        asked = client(netbox, query)
        assert asked.narrows(asked.devices()) is narrows


def _described(netbox: Netbox, *names: str) -> None:
    """The type of the first camera, as somebody described it."""
    maker = netbox.add("dcim/manufacturers", name="Axis", slug="axis")
    kind = netbox.add("dcim/device-types", manufacturer=maker, model="P3245-V", slug="p3245-v")
    for name in names:
        netbox.add("dcim/interface-templates", device_type=kind, name=name, type="other")


@pytest.mark.parametrize(
    ("there", "wanted"), [(["lan"], "lan"), (["eth0", "wlan0"], "eth0"), (["eth1", "eth0"], "eth0")]
)
def test_interfaces_of_the_type(netbox: Netbox, there: list[str], wanted: str) -> None:
    """A type that brings its interfaces: the MAC goes to the one there is, or the usual one."""
    _described(netbox, *there)
    written(netbox, cameras())
    ours = [i for i in netbox.tables["dcim/interfaces"].values() if i["device"] == 1]
    assert len(ours) == len({*there, wanted})
    macs = {i["name"]: netbox.shown("dcim/interfaces", i)["mac_address"] for i in ours}
    assert macs[wanted] == MACS[0].upper()
    assert [mac for mac in macs.values() if mac] == [MACS[0].upper()]
    assert planned(netbox, cameras()).steps == []


def test_which_of_several_interfaces_is_left_to_people(netbox: Netbox) -> None:
    """No interface is made beside those of the type, and none of them is guessed at."""
    _described(netbox, "LAN 1", "LAN 2")
    todo = planned(netbox, cameras())
    written(netbox, cameras())
    ours = [i for i in netbox.tables["dcim/interfaces"].values() if i["device"] == 1]
    assert [each["name"] for each in ours] == ["LAN 1", "LAN 2"]
    assert not [i for i in ours if netbox.shown("dcim/interfaces", i)["mac_address"]]
    (left,) = (line for line in todo.skipped if line.startswith("tor-1: "))
    assert all(part in left for part in ("LAN 1, LAN 2", MACS[0], "10.0.0.5"))
    again = planned(netbox, cameras())
    assert again.steps == []
    assert any(line.startswith("tor-1: ") for line in again.kept)


def test_link_local_addresses_are_not_exported(netbox: Netbox) -> None:
    """They mean nothing beyond their link: the device comes with another address, or none."""
    made = document(
        [
            device(id="a", address="fe80::1%eth0", mac=MACS[0], brand="Axis", model="P3245-V"),
            device(id="b", address="fe80::2%eth0", addresses=["fe80::2%eth0", "2001:db8::2"]),
            device(id="c", address="169.254.7.7", brand="Axis"),
        ]
    )
    todo = planned(netbox, made)
    written(netbox, made)
    told = [each["address"] for each in netbox.tables["ipam/ip-addresses"].values()]
    assert told == ["2001:db8::2/128"]
    names = [each["name"] for each in netbox.tables["dcim/devices"].values()]
    assert names == [f"Axis P3245-V {MACS[0]}", "2001:db8::2", "Axis"]
    alone = [line for line in todo.skipped if "on its own link alone" in line]
    assert [line.partition(" is ")[0].rpartition(" ")[2] for line in alone] == [
        "fe80::1%eth0",
        "169.254.7.7",
    ]
    assert planned(netbox, made).steps == []


def _by_hand(netbox: Netbox) -> int:
    """A device that somebody entered, with a name, a place and an address of their own."""
    maker = netbox.add("dcim/manufacturers", name="AXIS Communications", slug="axis-comm")
    kind = netbox.add("dcim/device-types", manufacturer=maker, model="P3245-V", slug="p3245-v")
    role = netbox.add("dcim/device-roles", name="Video", slug="video")
    number = netbox.add("dcim/devices", name="Kamera Tor", device_type=kind, role=role, site=1,
                        serial="B8A44F123457")  # fmt: skip
    interface = netbox.add("dcim/interfaces", device=number, name="lan", type="other")
    netbox.add("ipam/ip-addresses", address="10.0.0.5/24", assigned_object_id=interface,
               assigned_object_type="dcim.interface")  # fmt: skip
    netbox.add("ipam/ip-addresses", address="10.0.0.6/24")
    return number


def test_what_people_wrote_stays(netbox: Netbox) -> None:
    """A device entered by hand is found by its serial number and filled in, not changed."""
    number = _by_hand(netbox)
    written(netbox, cameras())
    there = netbox.shown("dcim/devices", netbox.tables["dcim/devices"][number])
    assert (there["name"], there["role"]["name"]) == ("Kamera Tor", "Video")
    assert there["primary_ip4"]["address"] == "10.0.0.5/24"
    interface = netbox.shown("dcim/interfaces", netbox.tables["dcim/interfaces"][1])
    assert (interface["name"], interface["mac_address"]) == ("lan", MACS[0].upper())
    assert len(netbox.tables["dcim/devices"]) == 3
    taken = netbox.tables["ipam/ip-addresses"][2]
    assert taken["address"] == "10.0.0.6/24"
    assert taken["assigned_object_id"] is not None
    assert planned(netbox, cameras()).steps == []


def test_what_differs_is_said(netbox: Netbox) -> None:
    """Another serial number, an address of another device: told, and left to people."""
    made = cameras()
    written(netbox, made)
    made.devices[0].serial = "OTHER12345"
    made.devices[0].address = "10.0.0.6"
    todo = planned(netbox, made)
    assert todo.steps == []
    assert any("serial 'B8A44F123457', seen 'OTHER12345'" in line for line in todo.kept)
    assert any("10.0.0.6 is assigned to another interface" in line for line in todo.kept)


def test_many_pages() -> None:
    """More devices than a page holds are all read, with their interfaces."""
    netbox = Netbox("4.3")
    netbox.add("dcim/sites", name="Rathaus", slug="rathaus")
    maker = netbox.add("dcim/manufacturers", name="Axis", slug="axis")
    kind = netbox.add("dcim/device-types", manufacturer=maker, model="P1", slug="p1")
    role = netbox.add("dcim/device-roles", name="Camera", slug="camera")
    for n in range(230):
        owner = netbox.add("dcim/devices", name=f"c{n}", device_type=kind, role=role, site=1)
        interface = netbox.add("dcim/interfaces", device=owner, name="eth0", type="other")
        mac = netbox.add("dcim/mac-addresses", mac_address=f"00:40:8C:00:01:{n:02X}",
                         assigned_object_id=interface)  # fmt: skip
        netbox.tables["dcim/interfaces"][interface]["primary_mac_address"] = mac
    with running(netbox):
        known = records_netbox.known(client(netbox).devices())
    assert len(known.records) == 230
    assert {record.macs for record in known.records} == {
        (f"00:40:8c:00:01:{n:02x}",) for n in range(230)
    }
    assert known.records[7].brand == "Axis"


def test_a_step_that_fails(netbox: Netbox) -> None:
    """The message says which step and how far it came; running it again goes on from there."""
    made = cameras()
    todo = planned(netbox, made)
    netbox.add("dcim/device-roles", name="Camera", slug="camera")
    with pytest.raises(CamfinderError, match=r"slug.*unique.* of \d+ steps are done, run it again"):
        client(netbox).apply(todo, lambda _step: None)
    written(netbox, made)
    assert len(netbox.tables["dcim/devices"]) == 3
    assert planned(netbox, made).steps == []


def test_refusals(netbox: Netbox) -> None:
    """A wrong token, a site that is not there, no NetBox at all: one line, no token in it."""
    with pytest.raises(CamfinderError, match="refuses the token") as caught:
        Client(place(netbox.url), "wrong-token-wrong").devices()
    assert "wrong-token-wrong" not in str(caught.value)
    assert "Invalid" in str(caught.value)
    with pytest.raises(CamfinderError, match="asks for a token"):
        Client(place(netbox.url), None).devices()
    with pytest.raises(CamfinderError, match="has no site 'x'"):
        client(netbox).devices(site="x")
    with pytest.raises(CamfinderError, match="cannot be reached"):
        Client(place("http://127.0.0.1:9"), netbox.token).devices()
    with pytest.raises(CamfinderError, match="holds no account"):
        place("https://root:pw@netbox.example")


def test_the_token_stays_with_its_host(netbox: Netbox) -> None:
    """A NetBox that sends its callers elsewhere is not followed, neither in reading nor writing."""
    with running(Netbox("4.3")) as other:
        netbox.moved_to = other.url
        with pytest.raises(CamfinderError, match=f"sends its callers to {other.url}"):
            client(netbox).devices()
        assert other.requests == 0
