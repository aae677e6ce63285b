"""Nmap XML: valid by Nmap's DTD, read by tools made for Nmap."""

from pathlib import Path
from typing import Any

import pytest
from crowd import crowd
from inventories import ATTACKS, inventory, poisoned
from libnmap.objects import NmapHost
from libnmap.parser import NmapParser
from lxml import etree

from camfinder.document import Document, EvidenceDoc, ServiceDoc, build
from camfinder.reports.to_nmap import render

DTD = Path("/usr/share/nmap/nmap.dtd")


@pytest.fixture(scope="module")
def dtd() -> etree.DTD:
    """Nmap's DTD, out of Debian's package."""
    if not DTD.is_file():
        pytest.skip("no nmap.dtd: apt-get install nmap-common")
    return etree.DTD(str(DTD))


def select(document: Document, path: str) -> list[Any]:
    """The nodes at an XPath of the XML."""
    found = etree.fromstring(render(document)).xpath(path)
    assert isinstance(found, list)
    return found


def read(document: Document) -> list[NmapHost]:
    """The hosts, as libnmap reads them."""
    return list(NmapParser.parse_fromstring(render(document).decode()).hosts)


def test_valid_by_the_dtd(dtd: etree.DTD) -> None:
    """Inventories large, small and empty are valid."""
    empty = crowd(1)
    empty.devices = []
    for document in (crowd(60), build(inventory()), empty):
        assert dtd.validate(etree.fromstring(render(document))), dtd.error_log


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda text: repr(text[:12]))
def test_hostile_documents_are_valid_too(dtd: etree.DTD, attack: str) -> None:
    """Characters that XML forbids are shown, markup is escaped, entities are not made."""
    poison = attack[:5_000].encode("utf-8", "replace").decode()
    for document in (build(inventory(attack)), poisoned(crowd(4), poison)):
        root = etree.fromstring(render(document))
        assert dtd.validate(root), dtd.error_log
        assert not root.xpath("//evil|//script[not(@output)]")
        assert render(document).count(b"<!DOCTYPE nmaprun>") == render(document).count(b"<!") == 1


def test_libnmap_reads_hosts_ports_and_claims() -> None:
    """Address, MAC, name, open ports with product and version, and the claims arrive."""
    document = crowd(20)
    hosts = read(document)
    assert len(hosts) == len(document.devices)
    for host, device in zip(hosts, document.devices, strict=True):
        assert (host.address, host.mac.lower()) == (device.address, device.mac)
        assert host.hostnames == [device.hostname]
        assert host.is_up()
        assert host.get_open_ports() == [(80, "tcp"), (554, "tcp")]
        product = " ".join(filter(None, (device.brand or device.maker, device.model)))
        assert host.get_service(80, "tcp").service_dict["product"] == product
        assert host.get_service(80, "tcp").service_dict["version"] == device.firmware
        script = next(s for s in host.scripts_results if s["id"] == "camfinder")
        assert script["elements"]["kind"] == device.kind
        assert script["elements"]["serial"] == device.serial
        assert f"firmware: {device.firmware}" in script["output"]


def test_cpe_names_arrive() -> None:
    """The CPE of a device stands, in Nmap's form, at the port that named it."""
    document = build(inventory())
    document.devices[0].services = [ServiceDoc(port=80, transport="tcp", protocol="http")]
    host = read(document)[0]
    assert host.get_service(80, "tcp").cpelist[0].cpestring == "cpe:/h:axis:p3245-v:-"


def test_port_that_did_not_name_the_device_gets_no_product() -> None:
    """An open port without evidence of its own is not said to be the camera's software."""
    document = crowd(1)
    document.devices[0].services.append(
        ServiceDoc(port=21, transport="tcp", protocol="ftp", banner="220 vsFTPd 3.0.3")
    )
    service = read(document)[0].get_service(21, "tcp")
    assert service.service == "ftp"
    assert "product" not in service.service_dict
    assert service.service_dict["extrainfo"] == "220 vsFTPd 3.0.3"


def test_protocols_of_one_port_are_one_port() -> None:
    """ONVIF and HTTP over TLS on port 443 are one `http` service in a tunnel."""
    document = crowd(1)
    device = document.devices[0]
    device.services = [
        ServiceDoc(port=443, transport="tcp", protocol=name) for name in ("http", "onvif", "tls")
    ]
    first: EvidenceDoc = device.evidence[0]
    first.port, first.transport = 443, "https"
    [service] = read(document)[0].services
    assert (service.port, service.service, service.tunnel) == (443, "http", "ssl")


def test_findings_are_tables_of_a_script() -> None:
    """Each finding that says something against the device is a table under its id."""
    document = crowd(60)
    device = next(d for d in document.devices if any(f.kev for f in d.findings))
    at = f"//host[address/@addr='{device.address}']//script[@id='camfinder-findings']"
    [table] = select(document, f"{at}/table[@key='CVE-2021-36260']")
    values = {element.get("key"): element.text for element in table}
    assert values["verdict"] == "affected"
    assert values["known_exploited"] == "true"
    assert values["fixed_in"] == "V5.7.20"


def test_devices_without_ip_address_are_not_lost() -> None:
    """A device of which only a MAC is known is a host; one without any is named at the end."""
    document = crowd(3)
    only_mac, nothing, _third = document.devices
    only_mac.address, only_mac.addresses = None, []
    nothing.address, nothing.addresses, nothing.mac = None, [], None
    assert select(document, "//host[1]/address/@addrtype") == ["mac"]
    assert len(select(document, "//host")) == 2
    assert nothing.id in select(document, "//postscript/script/@output")[0]


def test_zone_of_an_ipv6_address_is_left_out() -> None:
    """Readers of Nmap's XML take no zone."""
    document = crowd(1)
    document.devices[0].address = "fe80::1%eth0"
    assert select(document, "//host/address[@addrtype='ipv6']/@addr") == ["fe80::1"]
