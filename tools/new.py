"""`make new-probe NAME=acme`, `make new-vendor NAME=acme`: the files a newcomer starts from."""

import sys
from pathlib import Path

from camfinder.match.fingerprint import default_folder, load
from camfinder.match.names import vendor_key

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

PROBE_TEST = '''"""{title} discovery, on bytes as devices send them."""

from framing import damaged, frame, read, survives
from hypothesis import given

from camfinder.probes.{name} import PORT, PROBE

ANSWER = b"\\x00"
FOREIGN = b"HTTP/1.1 200 OK\\r\\n\\r\\n"


def test_foreign_bytes_give_nothing() -> None:
    """A frame of another protocol is no error and no observation."""
    assert read(PROBE, frame(FOREIGN, PORT)) == []


@given(payload=damaged([ANSWER]))
def test_hostile_bytes(payload: bytes) -> None:
    """Nothing but ParseError comes out."""
    survives(PROBE, frame(payload, PORT))
'''

VENDOR = """# What the keys mean: docs/fingerprints.md. Then: camfinder fingerprints check {name}
schema = 1

[vendor]
id = "{name}"
name = "{title}"  # as reports show it
aliases = []  # other spellings, as devices or registries write them
source = "where the name was learnt"

# What the model numbers look like: found in titles and model fields beside the brand's name.
[[model]]
id = "{name}.model.camera"
match = 'XX-\\d{{4}}[A-Z]{{0,3}}'
kind = "camera"
proves = "hint"  # how sure the brand is from the number alone
hits = ["XX-1001", "XX-2210IR"]
misses = ["XX-1"]
source = "where the numbers were learnt"

# What a device says of itself. `camfinder fingerprints facts` lists the facts.
[[rule]]
id = "{name}.http.title"
fact = "http.title"
match = '^{title} (?P<model>XX-\\w+) Network Camera$'
proves = "distinct"
gives = {{ brand = "{name}", kind = "camera", model = "{{model}}" }}
source = "where the fact was learnt"

  [[rule.hit]]
  text = '{title} XX-1001 Network Camera'
  gives = {{ model = "XX-1001" }}

  [[rule.miss]]
  text = 'Network Camera'
  why = "anybody's title"
"""


def main() -> int:
    """Write the files; existing ones are left alone."""
    what, name = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else ""
    mark = {"probe": "_", "vendor": "-"}.get(what, "")
    plain = name.replace(mark, "")
    if not (mark and plain.isascii() and plain.isalnum() and name == name.lower()):
        print(f"make new-{what} NAME=name, in lower-case letters, digits, {mark}")
        return 2
    title = name.replace(mark, " ").title()
    if what == "vendor" and (owner := _owner(name)):
        print(f"{name} is a name of {owner}: add to fingerprints/{owner}.toml")
        return 2
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
    if what == "probe":
        print("next: docs/add-a-protocol.md; make docs, make check")
    else:
        print(f"next: edit it (docs/fingerprints.md), camfinder fingerprints check {name}")
    return 0


def _owner(name: str) -> str:
    """The vendor that is known by this name already; empty for none."""
    return load([default_folder()]).by_name.get(vendor_key(name), "")


if __name__ == "__main__":
    sys.exit(main())
