"""ONVIF calls with an account that the user gave; the only importer of the `onvif` package.

The package (onvif-zeep-async) composes each call. Sending is ours: the scope, the pace and the
ledger hold for it as for everything else, one connection and one request a call. The answer goes to
our own bounded parser, never to the package's.

A device that asked for HTTP Digest gets that (`digest`), any other one a WS-Security UsernameToken
digest in the call; never both, and never a password that can be read.
Reading only, one attempt a device: the first refusal ends it, so that no account is locked.
Source: ONVIF Core specification, section on authentication; WS-Security UsernameToken profile 1.0.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from lxml import etree

from camfinder.model import Address, Frame, Query, Transport
from camfinder.net import digest

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
        challenges: WWW-Authenticate headers of its refusal; empty where that was a SOAP fault.
    """

    address: Address
    port: int
    transport: Transport
    path: str
    media_path: str
    skew: timedelta = timedelta()
    challenges: tuple[str, ...] = ()


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
    login = _Login(service, account, ask)
    for part, operation in CALLS:
        frames = await login.call(part, operation)
        told.frames += frames
        if not any(_is_accepted(frame) for frame in frames):
            told.refused = any(_is_refusal(frame) for frame in frames)
            break
    return told


class _Login:
    """One account at one device, by the way in which that asked for it."""

    def __init__(self, service: Service, account: Account, ask: Ask) -> None:
        self._service = service
        self._account = account
        self._ask = ask
        self._digest = self._answering(service.challenges)

    def _answering(self, challenges: Iterable[str]) -> digest.Digest | None:
        return digest.answering(challenges, self._account.user, self._account.password)

    async def call(self, part: str, operation: str) -> tuple[Frame, ...]:
        """The frames of one call's answer.

        A digest that was right but too late (`stale`) is made once more with the new nonce: that
        is no second attempt, the device has said that it knows the password.
        """
        service = self._service
        path = service.path if part == "devicemgmt" else service.media_path
        authorization = self._digest.header(path) if self._digest else None
        token = None if authorization else self._account
        message, headers = await _compose(part, operation, token, service.skew)
        query = Query(
            probe="onvif",
            transport=service.transport,
            address=service.address,
            port=service.port,
            payload=message,
            request=f"POST {path}",
            headers=(*headers, *_authorizing(authorization)),
            listen_s=5.0,
            secret=True,
        )
        frames = await self._ask(query)
        again = self._answering(digest.renewed(digest.challenges_in(frames)))
        if authorization and again and (renewed := again.header(path)):
            self._digest = again
            query = replace(query, headers=(*headers, *_authorizing(renewed)))
            frames = (*frames, *await self._ask(query))
        return frames


def _authorizing(value: str | None) -> tuple[tuple[str, str], ...]:
    return (("Authorization", value),) if value else ()


async def _compose(
    part: str, operation: str, account: Account | None, skew: timedelta
) -> tuple[bytes, tuple[tuple[str, str], ...]]:
    """The envelope of one call, with a token where an account is given, and its header lines.

    The package reads its files in a thread.
    """
    wsdl, binding = BINDINGS[part]
    package = await asyncio.to_thread(_package)
    service = package.ONVIFService(
        f"http://device/{part}",
        account and account.user,
        account and account.password,
        str(Path(package.__file__).parent / "wsdl" / wsdl),
        no_cache=True,
        dt_diff=skew if abs(skew) < MAX_SKEW else None,
        binding_name=binding,
    )
    try:
        service.transport = _Outlet()
        await service.setup()
        await getattr(service, operation if account else f"authless_{operation}")()
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
