"""Records the cases of `pcaps/` from the lab: `python tools/record_pcaps.py [CASE...]`.

Each case is a building of some personas, what is asked of them, and what a sniffer in the
scanner's place saw of it. The questions are plain ones (`camfinder.lab.ask`), or a scan by
camfinder itself. `expected.json` is what the personas say is true, and which of it the traffic has
to show. Needs network namespaces (docs/lab.md).
"""

import json
import socket
import struct
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import msgspec

from camfinder.lab.building import Persona, load_personas, order
from camfinder.lab.run import command, lab
from camfinder.lab.state import Resident, State

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "pcaps"
SLOTS = ("kind", "brand", "maker", "model", "firmware", "serial")
ALL = ("surveillance", *SLOTS, "mac")
CAMERAS = tuple(each.id for each in load_personas() if each.expect.surveillance)
NEIGHBOURS = tuple(each.id for each in load_personas() if not each.expect.surveillance)
EVERYBODY = CAMERAS + NEIGHBOURS
ETH_P_ALL = 3


@dataclass(frozen=True)
class Case:
    """One recording.

    Attributes:
        about: What is in it, and the trap it holds.
        personas: Who lives in the building.
        questions: What is asked; none: the scanner only listens.
        must: Per persona: the slots that this traffic shows beyond doubt.
        listen_s: How long is listened where nothing is asked.
        devices: Folder of the personas; None for those of the lab.
        scan: Arguments of the `camfinder scan` that asks; the questions then come after it.
        announces: The devices speak by themselves too.
    """

    about: str
    personas: tuple[str, ...]
    questions: tuple[str, ...]
    must: dict[str, tuple[str, ...]]
    listen_s: float = 0.0
    devices: Path | None = None
    scan: tuple[str, ...] = ()
    announces: bool = False


def folder_of(case: str) -> tuple[Path, tuple[str, ...]]:
    """The folder of a case's own devices, and their names."""
    folder = FOLDER / case / "devices"
    return folder, tuple(each.id for each in load_personas(folder))


def told(persona: Persona) -> tuple[str, ...]:
    """The slots that a persona's truth fills, the kind apart."""
    return tuple(slot for slot in SLOTS[1:] if getattr(persona.expect, slot) is not None)


SMALL = ROOT / "tests" / "flow" / "alone"
OPEN, OPEN_DEVICES = folder_of("open-information-pages")
HEARD, HEARD_DEVICES = folder_of("overheard-conversations")

CASES = {
    "onvif-discovery": Case(
        "WS-Discovery Probes with and without a type. Printers and a Windows computer answer the "
        "second one and are no cameras; the Tapo and the Xiongmai board say nothing useful.",
        tuple(each.id for each in load_personas() if each.wsd),
        ("wsd", "wsd-any"),
        {
            **dict.fromkeys(CAMERAS, ("surveillance", "brand", "model")),
            "annke-bullet": ("surveillance", "model"),
            "tapo-camera": ("surveillance",),
            "xiongmai-camera": ("surveillance",),
        },
    ),
    "hikvision-sadp": Case(
        "One SADP inquiry, answered by a camera, a relabelled camera (OEMInfo), and an indoor "
        "station that is no surveillance device.",
        ("hikvision-dome", "annke-bullet", "hikvision-indoor-station"),
        ("sadp",),
        {
            "hikvision-dome": ALL,
            "annke-bullet": ("surveillance", "maker", "model", "firmware", "serial", "mac"),
            "hikvision-indoor-station": ("maker", "model", "firmware"),
        },
    ),
    "dahua-dhip": Case(
        "One DHDiscover search, answered by a recorder and by a camera of another brand.",
        ("dahua-nvr", "amcrest-camera"),
        ("dhip",),
        dict.fromkeys(CAMERAS, ALL),
    ),
    "axis-and-doorbird": Case(
        "mDNS, SSDP, web page, RTSP and FTP banner of an Axis camera, beside a door station that "
        "also announces itself as `_axis-video._tcp` and is no Axis.",
        ("axis-camera", "doorbird-doorbell"),
        ("mdns", "ssdp", "http", "rtsp", "banner"),
        {"axis-camera": ALL, "doorbird-doorbell": ("mac",)},
    ),
    "makers-own-searches": Case(
        "The broadcast searches of ten makers and the P2P search, each answered in its own form: "
        "to other ports, by broadcast, from other groups. The VStarcam answer holds an account: "
        "neither `lab-user-8600` nor `lab-secret-8600` may come out.",
        (
            "hanwha-camera", "bosch-camera", "panasonic-camera", "sony-camera", "vivotek-camera",
            "ubiquiti-camera", "xiongmai-camera", "tapo-camera", "tvt-nvr", "vstarcam-camera",
        ),
        (
            "hanwha", "bosch", "ipro", "sony", "vivotek", "ubiquiti", "xiongmai", "tapo",
            "tvt", "tvt-ssdp", "vstarcam", "pppp",
        ),
        {
            **dict.fromkeys(
                ("panasonic-camera", "sony-camera", "tvt-nvr", "ubiquiti-camera"),
                ("surveillance", "kind", "brand", "model", "firmware", "mac"),
            ),
            **dict.fromkeys(
                ("hanwha-camera", "bosch-camera", "vivotek-camera", "tapo-camera"),
                ("surveillance", "kind", "brand", "model", "mac"),
            ),
            "xiongmai-camera": ("surveillance", "maker", "firmware", "serial", "mac"),
            "vstarcam-camera": ("firmware", "mac"),
        },
    ),
    "web-and-rtsp": Case(
        "The first web page and OPTIONS and DESCRIBE of every device that has them: mostly the "
        "platform shows, seldom model or firmware.",
        EVERYBODY,
        ("http", "rtsp"),
        {
            "hikvision-dome": ("surveillance", "maker"),
            "annke-bullet": ("surveillance",),
            "dahua-nvr": ("surveillance", "maker"),
            "axis-camera": ("surveillance", "brand"),
            "bosch-camera": ("surveillance", "brand"),
            "reolink-camera": ("surveillance", "brand"),
            "vivotek-camera": ("surveillance",),
            "xiongmai-camera": ("surveillance", "maker"),
            "panasonic-camera": ("surveillance", "model"),
            "sony-camera": ("surveillance", "brand", "model"),
            "tvt-nvr": ("surveillance", "maker"),
        },
    ),
    "onvif-device-information": Case(
        "GetDeviceInformation without a login: two devices answer it, the others refuse in "
        "their two ways.",
        ("uniview-camera", "xiongmai-camera", "hikvision-dome", "axis-camera"),
        ("onvif",),
        {
            "uniview-camera": ("surveillance", "kind", "brand", "model", "firmware", "serial"),
            "xiongmai-camera": ("surveillance", "firmware"),
            "hikvision-dome": ("surveillance",),
        },
    ),
    "announcements": Case(
        "Nothing is asked: Hello, mDNS announcements and NOTIFY of a building, overheard.",
        EVERYBODY,
        (),
        {
            **dict.fromkeys(
                ("hikvision-dome", "dahua-nvr", "axis-camera", "hanwha-camera", "uniview-camera",
                 "reolink-camera", "vivotek-camera", "amcrest-camera"),
                ("surveillance", "brand", "model"),
            ),
            **dict.fromkeys(
                ("bosch-camera", "tapo-camera", "annke-bullet", "xiongmai-camera"),
                ("surveillance",),
            ),
        },
        2.5,
    ),
    "neighbours": Case(
        "Everything is asked of printers, a disk station, a router, a TV, a Windows computer and "
        "an indoor station. No camera may come out.",
        NEIGHBOURS,
        ("wsd", "wsd-any", "mdns", "ssdp", "sadp", "dhip", "http", "rtsp"),
        {"hikvision-indoor-station": ("maker", "model", "firmware")},
    ),
    "small-makers-searches": Case(
        "camfinder asks for the devices of fifteen makers' own searches, and by ARP; each answers "
        "one of them alone, in its own way. The Topsee answer holds an account: neither "
        "`lab-user-3001` nor `lab-secret-3001` may come out.",
        tuple(each.id for each in load_personas(SMALL)),
        (),
        {each.id: ("surveillance", *told(each), "mac") for each in load_personas(SMALL)},
        devices=SMALL,
        scan=("--only", ",".join(sorted(each.id for each in load_personas(SMALL)))),
    ),
    "whole-scan": Case(
        "A whole scan of six cameras and a disk station: discovery, web pages, the follow-up "
        "questions that they suggest, TLS 1.2 and 1.3, banners.",
        (
            "axis-camera", "hanwha-camera", "reolink-camera", "tapo-camera", "vivotek-camera",
            "synology-nas",
        ),
        (),
        {
            "axis-camera": ALL,
            "vivotek-camera": ("surveillance", "kind", "brand", "model", "firmware", "mac"),
            **dict.fromkeys(
                ("hanwha-camera", "reolink-camera", "tapo-camera"),
                ("surveillance", "kind", "brand", "model", "mac"),
            ),
        },
        scan=("--rate", "200"),
    ),
    "open-information-pages": Case(
        "A whole scan of devices that give their model and firmware without a login, and of a "
        "board that greets on three ports.",
        OPEN_DEVICES,
        (),
        {
            "arecont-camera": ("surveillance", "kind", "brand", "maker", "model", "mac"),
            "canon-camera": ("surveillance", "kind", "brand", "model", "firmware"),
            "dlink-camera": ("surveillance", "kind", "brand", "model", "firmware", "mac"),
            "hikvision-open": ALL,
            "upnp-camera": ("surveillance", "kind", "brand", "model", "serial"),
        },
        devices=OPEN,
        scan=("--rate", "200"),
    ),
    "overheard-conversations": Case(
        "What camfinder never asks: DHCP, a question for a maker's cloud, a stream, SIP, Tuya's "
        "broadcast, and the answers to an app's HNAP and status questions and to a network "
        "manager. The manager's community `lab-secret-161` may not come out.",
        HEARD_DEVICES,
        ("hnap", "netwave", "snmp"),
        {
            "dhcp-camera": ALL,
            "hnap-camera": ("surveillance", "kind", "brand", "model", "firmware", "mac"),
            "netwave-camera": ("surveillance", "kind", "brand", "firmware", "serial", "mac"),
            "sip-doorbell": ("surveillance", "kind", "brand", "model", "firmware"),
            "snmp-camera": ("surveillance", "kind", "brand", "model", "firmware"),
            "tuya-camera": ("serial",),
        },
        devices=HEARD,
        announces=True,
    ),
}  # fmt: skip


def record(name: str, case: Case) -> None:
    """Plays the case and writes its folder."""
    wanted = order(case.devices, mode="namespace", hurry=True, seed=7)
    places = tuple(place for place in wanted.places if place.persona in case.personas)
    wanted = msgspec.structs.replace(wanted, places=places, announce_every_s=1.0)
    folder = FOLDER / name
    folder.mkdir(parents=True, exist_ok=True)
    if case.scan or (case.questions and not case.announces):
        wanted = msgspec.structs.replace(wanted, announce_every_s=3600.0)
    with lab(wanted) as running:
        capture(running, case, folder / "capture.pcapng")
        heard = speakers(folder / "capture.pcapng")
        here = [resident for resident in running.residents if resident.address in heard]
        devices = [truth(resident, case) for resident in here]
    document = {"devices": devices, "no_other_cameras": True}
    text = json.dumps(document, indent=1) + "\n"
    (folder / "expected.json").write_text(text, encoding="utf-8")
    asked = ", ".join(case.questions) or "nothing"
    if case.scan:
        asked = f"by `camfinder scan {' '.join(case.scan)}`"
    (folder / "README.md").write_text(
        f"# {name}\n\n{case.about}\n\nRecorded from the lab (`docs/lab.md`) by "
        f"`tools/record_pcaps.py {name}`; asked: {asked}.\nThe devices are simulated, their "
        "serial numbers and addresses invented.\n\n`expected.json` lists every device that says "
        "something, as it is. The slots in `must` have to be found in\nthis traffic; the others "
        "may stay unknown, but another value there is wrong. Models compare by letters\nand "
        "digits. Nothing else in the capture is a surveillance device.\n",
        encoding="utf-8",
    )
    size = (folder / "capture.pcapng").stat().st_size
    print(f"{name}: {len(devices)} devices, {size} bytes")


def capture(running: State, case: Case, file: Path) -> None:
    """Asks while a sniffer writes."""
    sniffing = subprocess.Popen(
        command([sys.executable, __file__, "--sniff", str(file)], running),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert sniffing.stdin  # noqa: S101 - asked for above
    assert sniffing.stdout  # noqa: S101
    sniffing.stdout.readline()
    if case.scan:
        scan = [sys.executable, "-m", "camfinder", "scan", "--no-store", "-q", *case.scan]
        scan += [resident.address for resident in running.residents]
        subprocess.run(command(scan, running), check=True, stdout=subprocess.DEVNULL)
    if case.questions:
        asking = [sys.executable, "-m", "camfinder.lab.ask", "--wait", "0.5"]
        asking += ["--only", ",".join(case.questions), *(r.address for r in running.residents)]
        subprocess.run(command(asking, running), check=True, stdout=subprocess.DEVNULL)
    time.sleep(case.listen_s or 0.2)
    sniffing.stdin.close()
    sniffing.wait(10)


def truth(resident: Resident, case: Case) -> dict[str, object]:
    """A device as it is, and what has to be found out about it here."""
    expect = resident.expect
    return {
        "ip": resident.address,
        "mac": resident.mac,
        "surveillance": expect.surveillance,
        **{slot: getattr(expect, slot) for slot in SLOTS},
        "must": sorted(case.must.get(resident.persona, ())),
    }


def speakers(file: Path) -> set[str]:
    """The IPv4 addresses that said something: ARP, IGMP and a TCP reset say nothing."""
    data, at, found = file.read_bytes(), 0, set()
    while at + 8 <= len(data):
        kind, size = struct.unpack_from("<II", data, at)
        packet = data[at + 28 : at + size]
        if kind == 6 and packet[12:14] == b"\x08\x00" and says_something(packet[14:]):
            found.add(socket.inet_ntoa(packet[26:30]))
        at += size
    return found


def says_something(packet: bytes) -> bool:
    """An IPv4 packet is a datagram, or a piece of a TCP conversation with bytes in it."""
    head, total = (packet[0] & 15) * 4, int.from_bytes(packet[2:4], "big")
    if packet[9] == socket.IPPROTO_TCP:
        return total > head + (packet[head + 12] >> 4) * 4
    return packet[9] == socket.IPPROTO_UDP


def sniff(file: Path) -> None:
    """Writes every packet of eth0 to a pcapng file until the standard input closes."""
    with (
        socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL)) as sock,
        file.open("wb") as out,
    ):
        sock.bind(("eth0", ETH_P_ALL))
        sock.settimeout(0.1)
        out.write(block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1)))
        out.write(block(1, struct.pack("<HHI", 1, 0, 0)))
        print("listening", flush=True)
        import select

        while not select.select([sys.stdin], [], [], 0)[0]:
            try:
                packet = sock.recv(65_535)
            except TimeoutError:
                continue
            now = time.time_ns() // 1000
            head = struct.pack("<IIIII", 0, now >> 32, now & 0xFFFF_FFFF, len(packet), len(packet))
            out.write(block(6, head + packet + bytes(-len(packet) % 4)))


def block(kind: int, body: bytes) -> bytes:
    """A pcapng block (draft-ietf-opsawg-pcapng, section 3.1)."""
    size = struct.pack("<I", len(body) + 12)
    return struct.pack("<I", kind) + size + body + size


def main(arguments: list[str]) -> int:
    """Records the cases that were named, or all of them."""
    if arguments[:1] == ["--sniff"]:
        sniff(Path(arguments[1]))
        return 0
    for name in arguments or CASES:
        if name not in CASES:
            print(f"no case {name!r}: {', '.join(CASES)}")
            return 2
        record(name, CASES[name])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
