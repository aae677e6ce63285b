"""Net-SNMP's agent and lighttpd's HTTP Digest as devices, asked with what the user gave."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from netns import Namespace
from scanning_lab import Ran, ran
from test_peers_families import running, segment

pytestmark = [pytest.mark.netns, pytest.mark.peer]

CAMERA = "10.9.0.2"
COMMUNITY = "c0mmunity-of-the-lab"
AXIS = "; AXIS P3245-LVE; Network Camera; 10.12.182; Mar 13 2023 13:31; 7C5.1; 1;"
# The maker's objects come from a program that the agent asks: `-g` and the object.
OBJECTS = """#!/bin/sh
[ "$1" = -g ] || exit 0
case "$2" in
  .1.3.6.1.4.1.39165.1.1.0) value="DS-2CD2185FWD-I" ;;
  .1.3.6.1.4.1.39165.1.3.0) value="V5.5.3 build 171025" ;;
  *) exit 0 ;;
esac
printf '%s\\nstring\\n%s\\n' "$2" "$value"
"""


def credentials(folder: Path, text: str) -> list[str]:
    """The option that gives them."""
    file = folder / "credentials.toml"
    file.write_text(text)
    file.chmod(0o600)
    return ["--credentials", str(file)]


def scan(scanner: Namespace, *arguments: str) -> Ran:
    """A scan of the device."""
    command = [sys.executable, "-m", "camfinder", "scan", CAMERA, "--json", "-q", *arguments]
    return ran(["ip", "netns", "exec", scanner.name, *command])


@contextmanager
def agent(device: Namespace, folder: Path, configuration: str) -> Iterator[None]:
    """Net-SNMP's agent with this configuration, its state in a folder of its own."""
    file = folder / "snmpd.conf"
    file.write_text(configuration)
    state = f"SNMP_PERSISTENT_DIR={folder / 'state'}"
    snmpd = ["snmpd", "-f", "-Lf", str(folder / "log"), "-C", "-c", str(file), "-I", "-smux"]
    with running(device, ["env", state, "MIBS=", *snmpd, f"udp:{CAMERA}:161"]):
        yield


def told(done: Ran) -> dict[str, Any]:
    """The device, and that no community is in the document."""
    assert COMMUNITY not in str(done.document)
    assert COMMUNITY not in done.errors
    return done.device(CAMERA)


def test_agent_of_net_snmp(tmp_path: Path) -> None:
    """System group of a real agent; the wrong community that comes first goes unanswered."""
    given = credentials(tmp_path, f'[default]\ncommunities = ["wrong", "{COMMUNITY}"]\n')
    text = f"rocommunity {COMMUNITY} 10.9.0.1\nsysDescr {AXIS}\nsysName front-door\n"
    text += "sysObjectID .1.3.6.1.4.1.368\n"
    with (
        segment("snmpd", address=f"{CAMERA}/24") as (scanner, device),
        agent(device, tmp_path, text),
    ):
        without = scan(scanner, "--only", "http", "--ports", "80")
        done = scan(scanner, *given, "--only", "http,snmp", "--ports", "80")
    assert not any(e["probe"] == "snmp" for d in without.document["devices"] for e in d["evidence"])
    camera = told(done)
    assert (camera["brand"], camera["model"], camera["firmware"]) == (
        "Axis", "P3245-LVE", "10.12.182",
    )  # fmt: skip
    facts = {e["fact"]: e["value"] for e in camera["evidence"] if e["probe"] == "snmp"}
    assert facts["snmp.sysdescr"] == AXIS
    counts = [each.document["run"]["ledger"]["datagrams"] for each in (without, done)]
    assert counts[1] - counts[0] == 2


def test_makers_objects_of_a_real_agent(tmp_path: Path) -> None:
    """The agent says of each object that it has not that it is not there, and answers the rest."""
    given = credentials(tmp_path, f'["{CAMERA}"]\ncommunities = ["{COMMUNITY}"]\n')
    script = tmp_path / "objects"
    script.write_text(OBJECTS)
    script.chmod(0o755)
    text = f"rocommunity {COMMUNITY}\npass .1.3.6.1.4.1.39165 /bin/sh {script}\n"
    with (
        segment("snmpd", address=f"{CAMERA}/24") as (scanner, device),
        agent(device, tmp_path, text),
    ):
        camera = told(scan(scanner, *given, "--only", "snmp"))
    assert (camera["model"], camera["firmware"]) == ("DS-2CD2185FWD-I", "V5.5.3 build 171025")
    assert camera["maker"] == "Hikvision"


def test_agent_that_lets_nobody_in(tmp_path: Path) -> None:
    """A community that may read nothing: two datagrams, and nothing known."""
    given = credentials(tmp_path, f'[default]\ncommunities = ["wrong", "{COMMUNITY}"]\n')
    text = f"com2sec somebody default {COMMUNITY}\ngroup nobody v1 somebody\n"
    with (
        segment("snmpd", address=f"{CAMERA}/24") as (scanner, device),
        agent(device, tmp_path, text),
    ):
        done = scan(scanner, *given, "--only", "snmp")
    assert done.document["run"]["ledger"]["datagrams"] == 2
    assert not any(e["probe"] == "snmp" for d in done.document["devices"] for e in d["evidence"])


# HTTP Digest by lighttpd, before a device service of a few lines.

REALM = "NC"
ONVIF = ("--only", "http,onvif", "--ports", "8899")
ACCOUNT = '[default]\nuser = "viewer"\npassword = "s3cret of the lab"\n'
LIGHTTPD = """
server.document-root = "{folder}"
server.port = 8899
server.errorlog = "{folder}/errors"
server.modules += ( "mod_auth", "mod_authn_file", "mod_cgi" )
cgi.assign = ( "/onvif/device_service" => "/bin/sh" )
auth.backend = "htdigest"
auth.backend.htdigest.userfile = "{folder}/accounts"
auth.require = ( "/onvif/device_service" => (
  "method" => "digest", "realm" => "{realm}", "require" => "valid-user",
  "algorithm" => "{algorithm}" ) )
"""
SERVICE = """
body=$(head -c "$CONTENT_LENGTH")
echo "$AUTH_TYPE $REMOTE_USER" >> {folder}/logins
say() {{
  printf 'Content-Type: application/soap+xml\\r\\n\\r\\n'
  printf '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"'
  printf ' xmlns:d="http://www.onvif.org/ver10/device/wsdl"'
  printf ' xmlns:m="http://www.onvif.org/ver10/media/wsdl"><s:Body>%s</s:Body></s:Envelope>' "$1"
}}
case "$body" in
  *GetDeviceInformation*)
    told='<d:Manufacturer>Nordcam</d:Manufacturer><d:Model>NC-4</d:Model>'
    told="$told<d:FirmwareVersion>1.0.9</d:FirmwareVersion>"
    say "<d:GetDeviceInformationResponse>$told</d:GetDeviceInformationResponse>" ;;
  *GetVideoSources*)
    told='<m:VideoSources token="a"/><m:VideoSources token="b"/>'
    say "<m:GetVideoSourcesResponse>$told</m:GetVideoSourcesResponse>" ;;
  *) say '<d:GetNetworkInterfacesResponse/>' ;;
esac
"""


@contextmanager
def service(folder: Path, algorithm: str) -> Iterator[Namespace]:
    """A device service behind lighttpd's digest; gives the scanner's end."""
    place = folder / "onvif"
    place.mkdir()
    (place / "device_service").write_text(SERVICE.format(folder=folder))
    (folder / "logins").touch(0o666)
    name = {"MD5": "md5", "SHA-256": "sha256"}[algorithm]
    hashed = subprocess.run(
        [f"{name}sum"], input=f"viewer:{REALM}:s3cret of the lab".encode(), capture_output=True,
        check=True,
    ).stdout.split()[0].decode()  # fmt: skip
    (folder / "accounts").write_text(f"viewer:{REALM}:{hashed}\n")
    file = folder / "lighttpd.conf"
    file.write_text(LIGHTTPD.format(folder=folder, realm=REALM, algorithm=algorithm))
    with (
        segment("lighttpd", address=f"{CAMERA}/24") as (scanner, device),
        running(device, ["lighttpd", "-D", "-f", str(file)]),
    ):
        yield scanner


@pytest.mark.parametrize("algorithm", ["MD5", "SHA-256"])
def test_login_by_the_digest_of_lighttpd(tmp_path: Path, algorithm: str) -> None:
    """The server's own arithmetic accepts it, call after call."""
    given = credentials(tmp_path, ACCOUNT)
    with service(tmp_path, algorithm) as scanner:
        done = scan(scanner, *given, *ONVIF)
    device = done.device(CAMERA)
    assert (device["model"], device["firmware"], device["channels"]) == ("NC-4", "1.0.9", 2)
    assert (tmp_path / "logins").read_text().split("\n") == ["Digest viewer"] * 3 + [""]


def test_wrong_password_at_lighttpd_is_one_attempt(tmp_path: Path) -> None:
    """One digest that it refused, in its own log; nothing further, by no other way."""
    given = credentials(tmp_path, ACCOUNT.replace("s3cret", "wrong"))
    with service(tmp_path, "MD5") as scanner:
        done = scan(scanner, *given, *ONVIF)
    refused = [p for p in done.document["problems"] if p["kind"] == "needs_login"]
    assert [each["address"] for each in refused] == [CAMERA]
    errors = (tmp_path / "errors").read_text()
    assert errors.count("digest: auth failed for viewer") == 1
    assert (tmp_path / "logins").read_text() == ""
