"""Persona files read and checked: whatever is wrong is named by file and key."""

import tomllib
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

import msgspec
import re2

from camfinder.lab import template
from camfinder.lab.persona import Persona
from camfinder.lab.seat import GIVEN, REQUEST_NAMES
from camfinder.model import CamfinderError

MAX_FILE_BYTES = 1 << 20
_MAC = re2.compile(r"^[0-9a-f][02468ace](:[0-9a-f]{2}){5}$")


def load_personas(folder: Path | None = None) -> tuple[Persona, ...]:
    """Every persona of a folder, by host number; None for the ones that come along.

    Raises:
        CamfinderError: No folder, no persona in it, or a bad file: names file and key.
    """
    if folder is None:
        with resources.as_file(resources.files("camfinder.lab") / "personas") as own:
            return load_personas(own)
    try:
        files = sorted(folder.glob("*.toml"))
    except OSError as error:
        raise CamfinderError(f"{folder}: {error.strerror}") from error
    if not files:
        raise CamfinderError(f"{folder}: no persona files (*.toml) in this folder")
    personas = sorted(map(load_persona, files), key=lambda each: (each.subnet, each.host))
    _check_together(folder, personas)
    return tuple(personas)


def load_persona(file: Path) -> Persona:
    """One persona.

    Raises:
        CamfinderError: The file cannot be read or is no persona: names file and key.
    """
    try:
        if file.stat().st_size > MAX_FILE_BYTES:
            raise CamfinderError(f"{file}: larger than {MAX_FILE_BYTES} bytes")
        data = tomllib.loads(file.read_text(encoding="utf-8"))
        persona = msgspec.convert(data, Persona, strict=True)
    except OSError as error:
        raise CamfinderError(f"{file}: {error.strerror}") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise CamfinderError(f"{file}: {error}") from error
    if persona.id != file.stem:
        raise CamfinderError(f"{file}: id {persona.id!r} must be the file's name")
    for key, complaint in _complaints(persona):
        raise CamfinderError(f"{file}: {key}: {complaint}")
    return persona


def _check_together(folder: Path, personas: list[Persona]) -> None:
    for what in ("host", "mac"):
        seen: dict[object, str] = {}
        for persona in personas:
            key = (persona.subnet, persona.host) if what == "host" else persona.mac
            if key in seen:
                raise CamfinderError(
                    f"{folder / (persona.id + '.toml')}: {what}: {seen[key]} has the same"
                )
            seen[key] = persona.id


def _complaints(persona: Persona) -> Iterator[tuple[str, str]]:
    if not _MAC.match(persona.mac):
        yield "mac", "must be a unicast MAC like 00:11:22:aa:bb:cc, in lower case"
    if not 1 <= persona.host <= 249:
        yield "host", "must be 1 to 249"
    if persona.subnet < 0:
        yield "subnet", "must be 0 or more"
    expect = persona.expect
    if expect.surveillance != (expect.kind not in {"other", "unknown"}):
        yield "expect.surveillance", f"does not fit kind {expect.kind!r}"
    if persona.onvif and persona.onvif.port not in {each.port for each in persona.http}:
        yield "onvif.port", f"no [[http]] on port {persona.onvif.port}"
    yield from _port_complaints(persona)
    yield from _name_complaints(persona)
    yield from _byte_complaints(persona)


def _port_complaints(persona: Persona) -> Iterator[tuple[str, str]]:
    taken: set[int] = set()
    listeners = {
        "http": [each.port for each in persona.http],
        "rtsp": [each.port for each in persona.rtsp],
        "tcp": [each.port for each in persona.tcp],
    }
    for key, ports in listeners.items():
        for at, port in enumerate(ports):
            if not 1 <= port <= 65535 or port in taken:
                yield f"{key}[{at}].port", "must be 1 to 65535, each port once"
            taken.add(port)
    for at, udp in enumerate(persona.udp):
        if not 1 <= udp.port <= 65535:
            yield f"udp[{at}].port", "must be 1 to 65535"


def _name_complaints(persona: Persona) -> Iterator[tuple[str, str]]:
    known = GIVEN | REQUEST_NAMES
    for name, text in persona.values.items():
        if unknown := template.names(text) - known:
            yield f"values.{name}", f"unknown name ${{{min(unknown)}}}"
        known |= {name}
    rest = {key: value for key, value in msgspec.to_builtins(persona).items() if key != "values"}
    for key, text in _texts(rest, ""):
        if unknown := template.names(text) - known:
            yield key, f"unknown name ${{{min(unknown)}}}"


def _texts(value: object, key: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield key, value
    elif isinstance(value, dict):
        for name, each in value.items():
            yield from _texts(each, f"{key}.{name}" if key else str(name))
    elif isinstance(value, list | tuple):
        for at, each in enumerate(value):
            yield from _texts(each, f"{key}[{at}]")


def _byte_complaints(persona: Persona) -> Iterator[tuple[str, str]]:
    dummies = dict.fromkeys(GIVEN | REQUEST_NAMES | set(persona.values), "00")
    checks: list[tuple[str, str, tuple[str, ...]]] = [
        (f"udp[{at}].match", udp.match, ()) for at, udp in enumerate(persona.udp)
    ]
    for at, udp in enumerate(persona.udp):
        checks += [
            (f"udp[{at}].reply", "", udp.reply),
            (f"udp[{at}].announce", "", udp.announce),
        ]
    checks += [(f"tcp[{at}].banner", "", tcp.banner) for at, tcp in enumerate(persona.tcp)]
    for key, prefix, parts in checks:
        try:
            template.pattern(prefix)
            template.build(parts, dummies)
        except CamfinderError as error:
            yield key, str(error)
    for at, http in enumerate(persona.http):
        for number, page in enumerate(http.page):
            try:
                bytes.fromhex(page.body_hex)
            except ValueError:
                yield f"http[{at}].page[{number}].body_hex", "no hex digits"
