"""Where a device asks for a login and the user gave an account: one attempt."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from camfinder.flow.credentials import Given
from camfinder.model import Address, Frame, Observation, Problem, ProblemKind, Transport
from camfinder.net.net import Net
from camfinder.net.onvif_login import MEDIA, Account, Service, Told, tell
from camfinder.probes.onvif import DEFAULT_PATH
from camfinder.wire.paths import is_safe

WEB = frozenset({Transport.HTTP, Transport.HTTPS})


@dataclass(slots=True)
class _Seen:
    """What is known of one device's ONVIF services."""

    port: int = 80
    transport: Transport = Transport.HTTP
    path: str = DEFAULT_PATH
    media_path: str = ""
    skew: timedelta = timedelta()
    asks: bool = False
    challenges: tuple[str, ...] = ()


class Logins:
    """Who asked for a login, and who was tried."""

    def __init__(self, accounts: Given[Account]) -> None:
        self._accounts = accounts
        self._seen: dict[Address, _Seen] = {}
        self._tried: set[Address | str] = set()

    def notice(self, observation: Observation, frame: Frame) -> bool:
        """Learns from an answer; True when this device asks for a login that is to be tried now."""
        address = observation.address
        if not self._accounts or address is None or observation.transport not in WEB:
            return False
        if observation.probe == "onvif":
            self._learn(self._seen.setdefault(address, _Seen()), observation)
        elif not _is_refused_call(observation):
            return False
        seen = self._seen.setdefault(address, _Seen())
        if _is_refused_call(observation) or _is_refused(observation):
            seen.port, seen.transport = observation.port, observation.transport
            asked = frame.request.partition(" ")[2]
            seen.path = asked if is_safe(asked) else seen.path
            seen.challenges = observation.all("http.www_authenticate") or seen.challenges
            seen.asks = True
        return seen.asks and self._take(address, observation.mac)

    def _take(self, address: Address, mac: str | None) -> bool:
        """Marks the device as tried; False where it was, under this address or another one."""
        marks = {address} if mac is None else {address, mac}
        if marks & self._tried or self._accounts.of(address) is None:
            return False
        self._tried |= marks
        return True

    def _learn(self, seen: _Seen, observation: Observation) -> None:
        clock = observation.first("onvif.clock")
        if clock is not None:
            seen.skew = datetime.fromisoformat(clock) - observation.seen_at
        paths = [_path_of(url) for url in observation.all("onvif.xaddr")]
        services = observation.all("onvif.service")
        if MEDIA in services and paths:
            # Repeated addresses were left out: then the lists do not run side by side.
            aligned = len(services) == len(paths)
            named = [path for path in paths if "media" in path.lower()]
            at = services.index(MEDIA)
            seen.media_path = paths[at] if aligned else (named or paths)[0]

    async def attempt(self, address: Address, net: Net) -> Told:
        """Asks the device with its account; what it refuses is a problem."""
        account = self._accounts.of(address)
        assert isinstance(account, Account)  # noqa: S101 - `notice` has looked
        seen = self._seen[address]
        media = seen.media_path if is_safe(seen.media_path) else ""
        service = Service(
            address, seen.port, seen.transport, seen.path, media or seen.path, seen.skew,
            seen.challenges,
        )  # fmt: skip
        told = await tell(service, account, net.ask)
        if told.refused:
            detail = "the account was refused; it is not tried again"
            net.problem(Problem(ProblemKind.NEEDS_LOGIN, "onvif", str(address), detail))
        return told


def _path_of(url: str) -> str:
    """The path of a service address; its host does not count: the device that answered is asked."""
    try:
        return urlsplit(url).path
    except ValueError:
        return ""


def _is_refused(observation: Observation) -> bool:
    """A SOAP fault that asks for a login."""
    return any("NotAuthorized" in fault for fault in observation.all("onvif.fault"))


def _is_refused_call(observation: Observation) -> bool:
    """HTTP 401 to a call of the device service."""
    return (
        observation.probe == "http"
        and observation.first("http.status") == "401"
        and "/onvif/" in (observation.first("http.answered") or "").lower()
    )
