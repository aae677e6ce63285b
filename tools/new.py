"""`make new-probe NAME=acme`, `make new-vendor NAME=acme`: the files a newcomer starts from."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

PROBE = '''"""{title} discovery: what it is, in one line.

Request and reply, byte by byte:

| offset | length | meaning |
|---|---|---|
| 0 | 4 | magic |

Source: specification and section, or the capture it was learnt from.
"""

from collections.abc import Iterable

from camfinder.model import Frame, Observation, Touch, Transport
from camfinder.probes import Probe

PORT = 0


def parse(frame: Frame) -> Iterable[Observation]:
    """The device's answer; nothing when the frame is not of this protocol.

    Raises:
        ParseError: It is of this protocol, but broken.
    """
    if frame.transport is not Transport.UDP or frame.source_port != PORT:
        return ()
    return ()


PROBE = Probe(
    name="{name}",
    title="{title}",
    touch=Touch.PASSIVE,
    ports=frozenset({{PORT}}),
    emits={{"{name}.model": "model as the device writes it"}},
    parse=parse,
)
'''

PROBE_TEST = '''"""The {name} probe on bytes as devices send them."""

from datetime import UTC, datetime
from ipaddress import ip_address

from camfinder.model import Frame, Transport
from camfinder.probes.{name} import PORT, PROBE


def frame(payload: bytes) -> Frame:
    """A datagram as it would be heard."""
    now = datetime(2026, 1, 1, tzinfo=UTC)
    return Frame(Transport.UDP, ip_address("192.0.2.1"), PORT, payload, now, "test")


def test_foreign_bytes_give_nothing():
    """A frame of another protocol is no error and no observation."""
    assert list(PROBE.parse(frame(b"HTTP/1.1 200 OK\\r\\n\\r\\n"))) == []
'''

VENDOR = """schema = 1

[vendor]
id = "{name}"
name = "{title}"
aliases = []
source = "where the name was learnt"

[[rule]]
id = "{name}.http.title"
fact = "http.title"
match = '^{title} Network Camera$'
proves = "distinct"
gives = {{ brand = "{name}", kind = "camera" }}
source = "where the fact was learnt"

  [[rule.hit]]
  text = '{title} Network Camera'

  [[rule.miss]]
  text = 'Network Camera'
  why = "anybody's title"
"""


def main() -> int:
    """Write the files; existing ones are left alone."""
    what, name = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else ""
    ok = name.replace("_", "").replace("-", "").isalnum() and name.islower()
    if what not in {"probe", "vendor"} or not ok:
        print(f"make new-{what} NAME=name, in lower-case letters, digits, - (vendor) or _ (probe)")
        return 2
    title = name.replace("_", " ").replace("-", " ").title()
    files = {
        "probe": {
            ROOT / "camfinder" / "probes" / f"{name}.py": PROBE,
            ROOT / "tests" / "probes" / f"test_probe_{name}.py": PROBE_TEST,
        },
        "vendor": {ROOT / "fingerprints" / f"{name}.toml": VENDOR},
    }[what]
    for path in files:
        if path.exists():
            print(f"{path.relative_to(ROOT)} is there already")
            return 2
    for path, text in files.items():
        path.write_text(text.format(name=name, title=title), encoding="utf-8")
        print(f"wrote {path.relative_to(ROOT)}")
    print("next:", "docs/add-a-protocol.md" if what == "probe" else "docs/fingerprints.md")
    return 0


if __name__ == "__main__":
    sys.exit(main())
