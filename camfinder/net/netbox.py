"""NetBox over REST, by pynetbox: what it holds, and the writes of a plan.

Nothing but GET is sent before a plan is applied. The token goes to the host it is for: redirects
are refused, and accounts in ~/.netrc are not used in its place.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlsplit, urlunsplit

import pynetbox
import requests

from camfinder.model import CamfinderError
from camfinder.records.netbox import Snapshot, Thing
from camfinder.records.netbox_plan import Plan, Ref, Step

T = TypeVar("T")

TIMEOUT_S = 30.0
PAGE = 500
MAX_OBJECTS = 200_000
CHUNK = 100
"""Devices whose interfaces are asked for at once: their ids stand in the address."""


class _Session(requests.Session):
    """Requests with an end, to the host that was named and no other."""

    def __init__(self) -> None:
        super().__init__()
        self.auth = _unchanged

    def request(self, method: str, url: str, **options: Any) -> requests.Response:  # type: ignore[override]  # the options are handed on
        options.setdefault("timeout", TIMEOUT_S)
        options["allow_redirects"] = False
        answer = super().request(method, url, **options)
        if answer.is_redirect:
            where = answer.headers.get("Location", "")
            raise CamfinderError(f"NetBox sends its callers to {where}; give that address")
        return answer


def _unchanged(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


@dataclass(frozen=True, slots=True)
class Place:
    """A NetBox, and which of its devices are meant.

    Attributes:
        url: Without query and trailing slash.
        filters: Of `dcim/devices`, from the query: `?site=hq&role=camera`.
    """

    url: str
    filters: tuple[tuple[str, str], ...] = ()


def place(text: str) -> Place:
    """A NetBox from the address that the user wrote.

    Raises:
        CamfinderError: It holds a password, or no host.
    """
    parts = urlsplit(text)
    if not parts.hostname:
        raise CamfinderError(f"{text}: no host in it; write https://netbox.example")
    if parts.username or parts.password:
        raise CamfinderError("a NetBox's address holds no account: give --netbox-token-file")
    path = parts.path.rstrip("/").removesuffix("/api")
    return Place(
        urlunsplit((parts.scheme, parts.netloc, path, "", "")), tuple(parse_qsl(parts.query))
    )


class Client:
    """One NetBox."""

    def __init__(self, where: Place, token: str | None) -> None:
        self.where = where
        self._api = pynetbox.api(where.url, token=token)
        self._api.http_session = _Session()
        self._ports: dict[int, list[str]] = {}

    def version(self) -> tuple[int, int]:
        """The release, as (major, minor).

        Raises:
            CamfinderError: It cannot be reached, or is no NetBox.
        """
        text = self._told(lambda: str(self._api.version))
        major, _, minor = text.partition(".")
        digits = minor.partition(".")[0]
        if not (major.isdecimal() and digits.isdecimal()):
            raise CamfinderError(f"{self.where.url} is no NetBox: it does not tell its version")
        return int(major), int(digits)

    def devices(self, *, site: str | None = None, everything: bool = False) -> Snapshot:
        """What it holds of devices.

        Args:
            site: Slug or name of the one site that is meant.
            everything: Manufacturers, types, roles and fields too, for a plan.

        Raises:
            CamfinderError: It cannot be reached, refuses, or has no such site.
        """
        version = self.version()
        there = self._site(site) if site else None
        filters = dict(self.where.filters) | ({"site_id": there["id"]} if there else {})
        devices = self._list("dcim.devices", filters)
        ids = [device["id"] for device in devices]
        interfaces = self._of("dcim.interfaces", "device_id", ids)
        addresses = self._of("ipam.ip_addresses", "device_id", ids)
        if not everything:
            return Snapshot(self.where.url, version, devices, interfaces, addresses)
        return Snapshot(
            self.where.url,
            version,
            devices,
            interfaces,
            addresses,
            manufacturers=self._list("dcim.manufacturers", {}),
            device_types=self._list("dcim.device_types", {}),
            roles=self._list("dcim.device_roles", {}),
            custom_fields=self._list("extras.custom_fields", {}),
            site=there,
        )

    def with_addresses(self, snapshot: Snapshot, wanted: Sequence[str]) -> Snapshot:
        """The same, and the objects of these addresses, whoever they are assigned to."""
        have = {str(each.get("address")).partition("/")[0] for each in snapshot.addresses}
        more = self._of("ipam.ip_addresses", "address", [a for a in wanted if a not in have])
        known = {each["id"] for each in snapshot.addresses}
        new = [each for each in more if each["id"] not in known]
        return replace(snapshot, addresses=[*snapshot.addresses, *new])

    def narrows(self, snapshot: Snapshot) -> bool:
        """Whether the filters of the address left a device out; true where there are none.

        NetBox answers a filter whose name it does not know as if nothing had been asked for.
        """
        if not self.where.filters or not snapshot.devices:
            return True
        whole = self._told(lambda: int(self._endpoint("dcim.devices").count()))
        return whole > len(snapshot.devices)

    def interfaces_of_type(self, device_type: int) -> list[str]:
        """The names of the interfaces that a device of this type gets when it is added."""
        if device_type not in self._ports:
            found = self._list("dcim.interface_templates", {"device_type_id": device_type})
            self._ports[device_type] = [str(each["name"]) for each in found]
        return self._ports[device_type]

    def apply(self, plan: Plan, told: Callable[[Step], None]) -> int:
        """Do the steps of a plan, in order; how many were done.

        Raises:
            CamfinderError: NetBox refuses one; the message says which, and how many are done.
        """
        made: dict[str, int] = {}
        for number, step in enumerate(plan.steps):
            try:
                self._do(step, made)
            except CamfinderError as error:
                raise CamfinderError(
                    f"{error} ({step}); {number} of {len(plan.steps)} steps are done, "
                    "run it again to go on"
                ) from error
            told(step)
        return len(plan.steps)

    def _do(self, step: Step, made: dict[str, int]) -> None:
        data = {name: _resolved(value, made) for name, value in step.data.items()}
        endpoint = self._endpoint(step.endpoint)
        if step.find:
            found = self._list(step.endpoint, data)
            if len(found) != 1:
                raise CamfinderError(f"{self.where.url} has {len(found)} of them")
            made[step.key] = int(found[0]["id"])
            return
        if step.id is None:
            created = self._told(lambda: endpoint.create(**data))
            made[step.key] = int(created.id)
            return
        number = _resolved(step.id, made)
        self._told(lambda: endpoint.update([{"id": number, **data}]))

    def _endpoint(self, name: str) -> Any:
        app, _, endpoint = name.partition(".")
        return getattr(getattr(self._api, app), endpoint)

    def _site(self, name: str) -> Thing:
        for field in ("slug", "name"):
            found = self._list("dcim.sites", {field: name})
            if len(found) == 1:
                return found[0]
        raise CamfinderError(
            f"{self.where.url} has no site {name!r}; make it there, or name another with --site"
        )

    def _list(self, name: str, filters: Mapping[str, Any]) -> list[Thing]:
        def listed() -> list[Thing]:
            endpoint = self._endpoint(name)
            rows = endpoint.filter(**filters, limit=PAGE) if filters else endpoint.all(limit=PAGE)
            found: list[Thing] = []
            for row in rows:
                found.append(dict(row))
                if len(found) > MAX_OBJECTS:
                    raise CamfinderError(
                        f"{name}: more than {MAX_OBJECTS:,} objects; narrow it: ?site=SLUG"
                    )
            return found

        return self._told(listed)

    def _of(self, name: str, field: str, wanted: Sequence[Any]) -> list[Thing]:
        """The objects of these devices, or addresses, some at a time."""
        found: list[Thing] = []
        for at in range(0, len(wanted), CHUNK):
            found += self._list(name, {field: list(wanted[at : at + CHUNK])})
        return found

    def _told(self, ask: Callable[[], T]) -> T:
        """What NetBox answers; its refusals as one line."""
        try:
            return ask()
        except pynetbox.RequestError as error:
            status = error.req.status_code
            if status in {401, 403}:
                does = "refuses the token" if self._api.token else "asks for a token"
                raise CamfinderError(
                    f"{self.where.url} {does} ({status}{_detail(error.req)}); give one that may "
                    "do this with --netbox-token-file or CAMFINDER_NETBOX_TOKEN"
                ) from None
            raise CamfinderError(
                f"{self.where.url} answers {status}: {str(error.error)[:300]}"
            ) from None
        except (pynetbox.ContentError, ValueError, KeyError, TypeError) as error:
            raise CamfinderError(
                f"{self.where.url} is no NetBox, or not behind this address: {type(error).__name__}"
            ) from None
        except requests.RequestException as error:
            raise CamfinderError(f"{self.where.url} cannot be reached: {_reason(error)}") from None


def _detail(answer: requests.Response) -> str:
    """What NetBox says of a refusal: `Token expired`."""
    try:
        detail = answer.json()["detail"]
    except (ValueError, KeyError, TypeError):
        return ""
    shown = "".join(char for char in str(detail)[:200] if char.isprintable())
    return f": {shown.rstrip('.')}"


def _reason(error: requests.RequestException) -> str:
    """The innermost reason, without the wrapping of three libraries."""
    text = str(error.args[0]) if error.args else type(error).__name__
    return text.rpartition(": ")[2][:200].strip("'\")> ") or type(error).__name__


def _resolved(value: Any, made: Mapping[str, int]) -> Any:
    """A value with the ids of what was made before."""
    return made[value.key] if isinstance(value, Ref) else value
