"""ONVIF calls with an account that the user gave; the only importer of the `onvif` package.

The package (onvif-zeep-async) composes each call with a WS-Security UsernameToken digest. Sending
is ours: the scope, the pace and the ledger hold for it as for everything else, one connection and
one request a call. The answer goes to our own bounded parser, never to the package's.

Reading only, one attempt a device: the first refusal ends it, so that no account is locked.
Source: ONVIF Core specification, section on authentication; WS-Security UsernameToken profile 1.0.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from lxml import etree

from camfinder.model import Address, Frame, Query, Transport

DEVICE = "http://www.onvif.org/ver10/device/wsdl"
MEDIA = "http://www.onvif.org/ver10/media/wsdl"
CALLS = (
    ("devicemgmt", "GetDeviceInformation"),
    ("devicemgmt", "GetNetworkInterfaces"),
    ("media", "GetVideoSources"),
)
BINDINGS = {
    "devicemgmt": ("devicemgmt.wsdl", f"{{{DEVICE}}}DeviceBinding"),
    "media": ("media.wsdl", f"{{{MEDIA}}}MediaBinding"),
}
MAX_SKEW = timedelta(days=365 * 60)
"""A clock further off is no clock: without battery cameras wake in 1970 or 2000."""

Ask = Callable[[Query], Awaitable[tuple[Frame, ...]]]


@dataclass(frozen=True, slots=True)
class Account:
    """A user's name and password on a device; neither is ever shown."""

    user: str = field(repr=False)
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Service:
    """Where a device's ONVIF services are.

    Attributes:
        address: The device.
        port: TCP port.
        transport: HTTP or HTTPS.
        path: Of the device service.
        media_path: Of the media service.
        skew: Its clock less ours.
    """

    address: Address
    port: int
    transport: Transport
    path: str
    media_path: str
    skew: timedelta = timedelta()


@dataclass(slots=True)
class Told:
    """What a device told to the account.

    Attributes:
        frames: Its answers, refusals included.
        refused: It did not accept the account; nothing further was asked.
    """

    frames: list[Frame] = field(default_factory=list)
    refused: bool = False


class _Composed(Exception):  # noqa: N818 - it is no error: it carries a call out of the package
    """A call as the package composed it."""

    def __init__(self, message: bytes, headers: dict[str, str]) -> None:
        super().__init__()
        self.message = message
        self.headers = headers


class _Outlet:
    """Stands where the package has its transport, and hands out what it would send."""

    cache = None

    async def post_xml(self, _address: str, envelope: Any, headers: dict[str, str]) -> None:
        """Takes the call; sends nothing."""
        raise _Composed(etree.tostring(envelope), dict(headers))

    async def aclose(self) -> None:
        """Nothing is open."""


async def tell(service: Service, account: Account, ask: Ask) -> Told:
    """What the device tells to this account: itself, its interfaces, its video sources.

    Args:
        service: Where to ask.
        account: For whom.
        ask: Sends a query and gives the frames of the answer.
    """
    told = Told()
    for part, operation in CALLS:
        path = service.path if part == "devicemgmt" else service.media_path
        message, headers = await _compose(part, operation, account, service.skew)
        query = Query(
            probe="onvif",
            transport=service.transport,
            address=service.address,
            port=service.port,
            payload=message,
            request=f"POST {path}",
            headers=headers,
            listen_s=5.0,
            secret=True,
        )
        frames = await ask(query)
        told.frames += frames
        if not any(_is_accepted(frame) for frame in frames):
            told.refused = any(_is_refusal(frame) for frame in frames)
            break
    return told


async def _compose(
    part: str, operation: str, account: Account, skew: timedelta
) -> tuple[bytes, tuple[tuple[str, str], ...]]:
    """The envelope of one call, and its header lines; the package reads its files in a thread."""
    wsdl, binding = BINDINGS[part]
    package = await asyncio.to_thread(_package)
    service = package.ONVIFService(
        f"http://device/{part}",
        account.user,
        account.password,
        str(Path(package.__file__).parent / "wsdl" / wsdl),
        no_cache=True,
        dt_diff=skew if abs(skew) < MAX_SKEW else None,
        binding_name=binding,
    )
    try:
        service.transport = _Outlet()
        await service.setup()
        await getattr(service, operation)()
    except _Composed as call:
        headers = tuple((n, v) for n, v in call.headers.items() if n.lower() == "content-type")
        return call.message, headers
    finally:
        await service.close()
    raise AssertionError("the onvif package sent a call by itself")


def _package() -> Any:
    """The package; its import would set up logging for the whole program."""
    root = logging.getLogger()
    level, handlers = root.level, list(root.handlers)
    import onvif

    root.setLevel(level)
    root.handlers[:] = handlers
    return onvif


def _is_accepted(frame: Frame) -> bool:
    is_answer = frame.transport in {Transport.HTTP, Transport.HTTPS}
    return is_answer and frame.payload[9:12] == b"200"


def _is_refusal(frame: Frame) -> bool:
    is_answer = frame.transport in {Transport.HTTP, Transport.HTTPS}
    return is_answer and (
        frame.payload[9:12] in {b"401", b"403"}
        or b"NotAuthorized" in frame.payload
        or b"FailedAuthentication" in frame.payload
    )
