"""A NetBox of a few tables over real HTTP: the endpoints, shapes and refusals that we rely on.

Lists with filters and pages, POST of one object, PATCH of several, nested objects in answers, the
token, unknown custom fields and sites refused, names of devices unique in a site. A MAC is a field
of its interface before release 4.2 and an object of its own from then on; the field is silently
ignored there, as the real one does. A filter that nobody knows does nothing, one with a value that
nobody knows is refused; a device comes with the interfaces of its type. Shapes and refusals as
NetBox 4.6.8 gives them.
"""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

TOKEN = "0123456789abcdef0123456789abcdef01234567"
TOKEN_V2 = "nbt_AbCdEfGh1234.0123456789abcdef0123456789abcdef01234567"
NESTED = {
    "manufacturer": "dcim/manufacturers", "device_type": "dcim/device-types",
    "role": "dcim/device-roles", "site": "dcim/sites", "location": "dcim/locations",
    "device": "dcim/devices", "primary_ip4": "ipam/ip-addresses",
    "primary_ip6": "ipam/ip-addresses", "primary_mac_address": "dcim/mac-addresses",
}  # fmt: skip
DEFAULTS: dict[str, dict[str, Any]] = {
    "dcim/devices": {"serial": "", "primary_ip4": None, "primary_ip6": None, "location": None,
                     "asset_tag": None},
    "dcim/interfaces": {"mac_address": None, "primary_mac_address": None},
    "ipam/ip-addresses": {"assigned_object_type": None, "assigned_object_id": None},
}  # fmt: skip
TABLES = (
    *dict.fromkeys(NESTED.values()),
    "dcim/interfaces", "dcim/interface-templates", "extras/custom-fields",
)  # fmt: skip
UNIQUE = {"slug": ("dcim/manufacturers", "dcim/device-types", "dcim/device-roles", "dcim/sites")}

Thing = dict[str, Any]


class Refusal(Exception):  # noqa: N818 - an answer
    """Status and body of a refusal."""


class Netbox:
    """The tables, and what was written."""

    def __init__(self, version: str = "4.3") -> None:
        self.version = version
        self.tables: dict[str, dict[int, Thing]] = {name: {} for name in TABLES}
        self.writes: list[tuple[str, str, Thing]] = []
        self.requests = 0
        self.url = ""
        self.largest_page = 50
        self.moved_to = ""

    @property
    def macs_are_objects(self) -> bool:
        """From 4.2 on."""
        return tuple(int(part) for part in self.version.split(".")) >= (4, 2)

    @property
    def token(self) -> str:
        """A token of the kind that the release makes: the second version from 4.5 on."""
        return TOKEN_V2 if tuple(int(p) for p in self.version.split(".")) >= (4, 5) else TOKEN

    def add(self, table: str, **data: Any) -> int:
        """An object, as if somebody had made it in the browser; its number."""
        if table == "dcim/devices":
            data.setdefault("custom_fields", {})
        number = len(self.tables[table]) + 1
        self.tables[table][number] = {"id": number, **DEFAULTS.get(table, {}), **data}
        return number

    def create(self, table: str, data: Thing) -> Thing:
        """POST."""
        self._check(table, data)
        self.writes.append(("POST", table, data))
        if table == "dcim/interfaces" and self.macs_are_objects:
            data = {name: value for name, value in data.items() if name != "mac_address"}
        number = self.add(table, **data)
        if table == "dcim/devices":
            for template in self.tables["dcim/interface-templates"].values():
                if template["device_type"] == data["device_type"]:
                    self.add("dcim/interfaces", device=number, name=template["name"])
        return self.shown(table, self.tables[table][number])

    def change(self, table: str, data: Thing) -> Thing:
        """PATCH of one object of the list."""
        thing = self.tables[table].get(data["id"])
        if thing is None:
            raise Refusal(400, {"id": ["no such object"]})
        self._check(table, {**thing, **data})
        self.writes.append(("PATCH", table, data))
        own = {**thing.get("custom_fields", {}), **data.get("custom_fields", {})}
        thing.update(data)
        if own or table == "dcim/devices":
            thing["custom_fields"] = own
        return self.shown(table, thing)

    def _check(self, table: str, data: Thing) -> None:
        for name, where in NESTED.items():
            value = data.get(name)
            if name in data and value is not None and value not in self.tables[where]:
                raise Refusal(400, {name: [f"Related object not found: {value}"]})
        for name, tables in UNIQUE.items():
            same = (t for t in self.tables[table].values() if t.get(name) == data.get(name))
            if table in tables and any(t["id"] != data.get("id") for t in same):
                raise Refusal(400, {name: ["This field must be unique."]})
        if table == "dcim/devices":
            self._check_device(data)
        if table == "dcim/interfaces":
            for other in self.tables[table].values():
                twin = (other["device"], other["name"]) == (data["device"], data["name"])
                if twin and other["id"] != data.get("id"):
                    text = "Interface with this Device and Name already exists."
                    raise Refusal(400, {"__all__": [text]})

    def _check_device(self, data: Thing) -> None:
        missing = [n for n in ("device_type", "role", "site") if data.get(n) is None]
        if missing:
            raise Refusal(400, {missing[0]: ["This field is required."]})
        known = {t["name"] for t in self.tables["extras/custom-fields"].values()}
        unknown = sorted(set(data.get("custom_fields") or {}) - known)
        if unknown:
            raise Refusal(400, {"custom_fields": [f"Custom field {unknown[0]} does not exist"]})
        for other in self.tables["dcim/devices"].values():
            same = other["name"] == data["name"] and other["site"] == data["site"]
            if same and other["id"] != data.get("id"):
                raise Refusal(400, {"__all__": ["Device name must be unique per site."]})

    def shown(self, table: str, thing: Thing) -> Thing:
        """An object as the API shows it: inner objects nested, choices as value and label."""
        made: Thing = dict(thing)
        for name, where in NESTED.items():
            if made.get(name) is not None:
                made[name] = self._brief(where, made[name])
        if table == "dcim/devices":
            names = {t["name"]: None for t in self.tables["extras/custom-fields"].values()}
            made["custom_fields"] = {**names, **(thing.get("custom_fields") or {})}
            made["status"] = {"value": thing.get("status", "active"), "label": "Active"}
        if table == "dcim/interfaces" and self.macs_are_objects:
            made["mac_addresses"] = [
                self._brief("dcim/mac-addresses", int(mac["id"]))
                for mac in self.tables["dcim/mac-addresses"].values()
                if mac.get("assigned_object_id") == thing["id"]
            ]
            primary = made.get("primary_mac_address")
            made["mac_address"] = primary["mac_address"] if primary else None
        made["url"] = f"{self.url}/api/{table}/{thing['id']}/"
        return made

    def _brief(self, table: str, number: int) -> Thing:
        thing = self.tables[table][number]
        brief: Thing = {"id": number, "url": f"{self.url}/api/{table}/{number}/"}
        kept = ("name", "slug", "model", "address", "mac_address", "manufacturer")
        brief |= {name: thing[name] for name in kept if name in thing}
        if "manufacturer" in brief:
            brief["manufacturer"] = self._brief("dcim/manufacturers", int(thing["manufacturer"]))
        return brief

    def found(self, table: str, filters: dict[str, list[str]]) -> list[Thing]:
        """The objects that every filter lets through."""
        for name in filters.keys() & NESTED.keys():
            slugs = {thing.get("slug") for thing in self.tables[NESTED[name]].values()}
            for value in sorted(set(filters[name]) - slugs):
                text = f"Select a valid choice. {value} is not one of the available choices."
                raise Refusal(400, {name: [text]})
        return [
            thing
            for thing in self.tables[table].values()
            if all(self._fits(table, thing, name, wanted) for name, wanted in filters.items())
        ]

    def _fits(self, table: str, thing: Thing, name: str, wanted: list[str]) -> bool:
        if name == "device_id" and table == "ipam/ip-addresses":
            interface = self.tables["dcim/interfaces"].get(thing.get("assigned_object_id") or 0)
            return interface is not None and str(interface["device"]) in wanted
        if name == "address":
            return thing["address"].partition("/")[0] in wanted
        if name in NESTED:  # by slug: `?site=hq`
            return self.tables[NESTED[name]][thing[name]].get("slug") in wanted
        known = name.removesuffix("_id")
        return known not in thing or str(thing[known]) in wanted


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    netbox: Netbox

    def log_message(self, *_args: object) -> None:
        """Nothing is logged."""

    def do_GET(self) -> None:
        self._answer(self._get)

    def do_POST(self) -> None:
        self._answer(lambda table, _q: (201, self.netbox.create(table, self._body())))

    def do_PATCH(self) -> None:
        self._answer(lambda table, _q: (200, [self.netbox.change(table, d) for d in self._body()]))

    def _body(self) -> Any:
        return json.loads(self.rfile.read(int(self.headers["Content-Length"])))

    def _get(self, table: str, query: dict[str, list[str]]) -> tuple[int, Any]:
        if not table:
            return 200, {"dcim": f"{self.netbox.url}/api/dcim/"}
        limit = min(int(query.pop("limit", ["50"])[0]) or 50, self.netbox.largest_page)
        offset = int(query.pop("offset", ["0"])[0])
        found = self.netbox.found(table, query)
        after = f"{self.netbox.url}/api/{table}/?limit={limit}&offset={offset + limit}"
        for name, values in query.items():
            after += "".join(f"&{name}={value}" for value in values)
        page = [self.netbox.shown(table, t) for t in found[offset : offset + limit]]
        more = offset + limit < len(found)
        return 200, {
            "count": len(found), "next": after if more else None, "previous": None, "results": page,
        }  # fmt: skip

    def _permit(self, table: str) -> None:
        said = self.headers.get("Authorization")
        if said is None:
            raise Refusal(403, {"detail": "Authentication credentials were not provided."})
        kind = "Bearer" if self.netbox.token == TOKEN_V2 else "Token"
        if said != f"{kind} {self.netbox.token}":
            raise Refusal(
                403, {"detail": "Invalid v2 token" if kind == "Bearer" else "Invalid token"}
            )
        if table and table not in self.netbox.tables:
            raise Refusal(404, {"detail": "Not found."})

    def _answer(self, act: Any) -> None:
        self.netbox.requests += 1
        if self.netbox.moved_to:
            self.send_response(302)
            self.send_header("Location", self.netbox.moved_to + self.path)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        parts = urlsplit(self.path)
        table = parts.path.removeprefix("/api").strip("/")
        try:
            self._permit(table)
            status, body = act(table, parse_qs(parts.query))
        except Refusal as refusal:
            status, body = refusal.args
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("API-Version", self.netbox.version)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


@contextmanager
def running(netbox: Netbox) -> Iterator[Netbox]:
    """The NetBox on a loopback port."""
    handler = type("Handler", (_Handler,), {"netbox": netbox})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    netbox.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield netbox
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
