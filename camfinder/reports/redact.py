"""A document for sharing: serial numbers, hardware addresses and names become pseudonyms.

What is kept: kinds, brands, makers, models, firmware, ports, findings, times; addresses unless
asked for. What cannot be judged is dropped: notes, digests of messages and certificates (they
could be tried out), banners other than HTTP's and RTSP's, texts that an owner can write (titles,
realms, device names), unless they hold nothing but words of the product, and of the observed
bytes everything but the value itself.
"""

import base64
import binascii
from collections.abc import Callable, Iterator
from typing import NamedTuple

import msgspec.structs

from camfinder.document import (
    CertificateDoc,
    ChangeDoc,
    ClaimDoc,
    DeviceDoc,
    DeviceRecordDoc,
    DifferenceDoc,
    Document,
    EvidenceDoc,
    FindingDoc,
    RecordDoc,
    RunDoc,
    ServiceDoc,
    TriageDoc,
)
from camfinder.reports.pseudonyms import Own, Pseudonyms, spellings

GONE = "redacted"
_LONGEST = 200
_VOCABULARY = frozenset({"kind", "brand", "maker", "model", "firmware", "channels"})
OWNERS_TEXT = frozenset({
    "name", "instance", "hostname", "location", "friendly_name", "title", "realm", "session",
    "info", "cn", "san", "subject", "issuer", "txt", "banner", "body", "sdp", "head", "usn",
    "ou", "o", "path", "control", "origin", "location_url", "presentation_url", "set_cookie",
})  # fmt: skip
"""Last parts of the keys of facts that an owner can write into, or that carry whole messages."""
PRODUCT_WORDS = frozenset({
    "network", "ip", "camera", "cam", "video", "web", "webs", "http", "https", "login", "log",
    "in", "service", "services", "server", "device", "live", "view", "viewer", "viewing",
    "index", "netcam", "nvr", "dvr", "dvs", "recorder", "encoder", "surveillance", "system",
    "dome", "digital", "hd", "remote", "client", "the", "of", "for", "and", "a", "wireless",
    "outdoor", "indoor", "bullet", "mini", "pro", "streaming", "media", "session", "played",
    "by", "rtsp", "onvif", "control", "management", "page", "home", "component", "model",
    "series",
})  # fmt: skip
_SHOWN_BANNERS = frozenset({"http", "https", "rtsp"})


class _Person(NamedTuple):
    """What is needed to redact the texts of one device."""

    own: Own
    words: frozenset[str]


def redact(document: Document, *, addresses: bool = False) -> Document:
    """The document with pseudonyms, the same for the same value throughout.

    Args:
        document: An inventory; it is left as it is.
        addresses: Replace IP addresses and networks, too.
    """
    return _Redaction(document, addresses=addresses).document()


class _Redaction:
    def __init__(self, document: Document, *, addresses: bool) -> None:
        self._given = document
        self._names = Pseudonyms(addresses=addresses)
        self._records = {record.id: record for record in document.records}
        slots: dict[str, Callable[[str], str]] = {
            "mac": self._names.mac,
            "serial": lambda v: self._names.word("serial", v),
            "hostname": lambda v: self._names.word("name", v),
            "name": lambda v: self._names.word("name", v),
            "site": lambda v: self._names.word("site", v),
            "location": lambda v: self._names.word("place", v),
            "endpoint_uuid": self._names.uuid,
            "address": self._names.place,
            "claimed_address": self._names.place,
        }
        self._slots = slots
        site = document.run.site or ""
        self._site = Own([(site, self._slot("site", site) or "")])
        self._learn()

    def document(self) -> Document:
        given = self._given
        return msgspec.structs.replace(
            given,
            run=self._run(given.run),
            devices=[self._device(device) for device in given.devices],
            records=[self._record(record) for record in given.records],
            problems=[
                msgspec.structs.replace(
                    p, address=self._slot("address", p.address), detail=self._told(p.detail)
                )
                for p in given.problems
            ],
            changes=None
            if given.changes is None
            else [self._change(change) for change in given.changes],
            redacted=True,
        )

    def _learn(self) -> None:
        """Give every value of the whole document its pseudonym before any text is read."""
        for device in self._given.devices:
            self._names.word("device", device.id)
            for text, made in self._secrets(device):
                self._names.learn(text, made)
            for address in (*device.addresses, device.claimed_address):
                self._names.learn_address(address)
        for record in self._given.records:
            for slot in ("mac", "serial", "name", "location"):
                if value := getattr(record, slot):
                    self._names.learn(value, self._slot(slot, value) or "")
            self._names.learn_address(record.address)
        for host in self._given.run.ledger.per_host:
            self._names.learn_address(host)
        for part in self._given.run.scope:
            self._names.learn_network(part)
        if site := self._given.run.site:
            self._names.learn(site, self._slot("site", site) or "")

    def _values(self, device: DeviceDoc) -> Iterator[tuple[str, str]]:
        """What identifies a device: its fields, all its claims, its records."""
        for slot in ("mac", "serial", "endpoint_uuid", "hostname"):
            if value := getattr(device, slot):
                yield slot, value
            for claim in device.claims.get(slot, []):
                yield slot, claim.value
        if device.certificate is not None:
            yield "serial", device.certificate.serial
        for each in () if device.record is None else device.record.records:
            if (record := self._records.get(each)) is not None:
                for slot in ("name", "location", "serial", "mac"):
                    if value := getattr(record, slot):
                        yield slot, value

    def _secrets(self, device: DeviceDoc) -> Iterator[tuple[str, str]]:
        """The same in every spelling, with pseudonyms; a name like "NVR" hides nothing."""
        words = _product_words(device)
        for slot, value in self._values(device):
            if slot != "hostname" or not _of_product(value, words):
                made = self._slot(slot, value) or ""
                yield from ((text, made) for text in spellings(value, device.model))

    def _slot(self, slot: str, value: str | None) -> str | None:
        if not value:
            return value
        if (made := self._slots.get(slot)) is not None:
            return made(value)
        return self._names.scrub(value, words=False) if slot in _VOCABULARY else self._told(value)

    def _told(self, text: str) -> str:
        """A text of the run: the site may be named in it."""
        return self._names.scrub(self._site.replace(text))

    def _run(self, run: RunDoc) -> RunDoc:
        return msgspec.structs.replace(
            run,
            site=self._slot("site", run.site),
            scope=[self._names.network(part) for part in run.scope],
            sources=[
                msgspec.structs.replace(s, name=self._names.word("source", s.name), sha256=GONE)
                for s in run.sources
            ],
            ledger=msgspec.structs.replace(
                run.ledger,
                per_host={self._names.place(h): n for h, n in run.ledger.per_host.items()},
            ),
            blind_spots=[
                msgspec.structs.replace(
                    spot,
                    what=self._told(spot.what),
                    why=self._told(spot.why),
                    remedy=self._told(spot.remedy),
                )
                for spot in run.blind_spots
            ],
        )

    def _device(self, device: DeviceDoc) -> DeviceDoc:
        person = _Person(Own(self._secrets(device)), _product_words(device))
        return msgspec.structs.replace(
            device,
            id=self._names.word("device", device.id),
            address=self._slot("address", device.address),
            addresses=[self._names.place(address) for address in device.addresses],
            **{
                slot: self._slot(slot, getattr(device, slot))
                for slot in (
                    "claimed_address", "mac", "serial", "hostname", "endpoint_uuid",
                )
            },
            **{
                slot: self._vocabulary(getattr(device, slot), person)
                for slot in ("brand", "maker", "model", "firmware", "firmware_raw")
            },
            claims={s: [self._claim(s, c, person) for c in cs] for s, cs in device.claims.items()},
            evidence=[self._evidence(item, person) for item in device.evidence],
            disputed={
                slot: [self._claimed(slot, value, person) for value in values]
                for slot, values in device.disputed.items()
            },
            services=[self._service(service, person) for service in device.services],
            certificate=self._certificate(device.certificate),
            cpes=[self._vocabulary(cpe, person) or "" for cpe in device.cpes],
            record=self._compared(device.record),
            triage=self._said(device.triage),
            findings=[self._finding(finding, person) for finding in device.findings],
        )  # fmt: skip

    def _vocabulary(self, value: str | None, person: _Person) -> str | None:
        """Words of the product, in which only hard identifiers are looked for."""
        return None if value is None else self._names.scrub(person.own.replace(value), words=False)

    def _free(self, text: str, person: _Person) -> str:
        return self._told(person.own.replace(text))

    def _claimed(self, slot: str, value: str, person: _Person) -> str:
        if slot in self._slots:
            return self._slot(slot, value) or ""
        if slot in _VOCABULARY:
            return self._vocabulary(value, person) or ""
        return self._free(value, person)

    def _claim(self, slot: str, claim: ClaimDoc, person: _Person) -> ClaimDoc:
        return msgspec.structs.replace(claim, value=self._claimed(slot, claim.value, person))

    def _evidence(self, item: EvidenceDoc, person: _Person) -> EvidenceDoc:
        value = self._value(item, person)
        data = item.value.encode("utf-8", "replace")
        proved = value == item.value and data in _bytes(item.excerpt)
        return msgspec.structs.replace(
            item,
            value=value,
            claims={s: self._claimed(s, v, person) for s, v in item.claims.items()},
            address=self._slot("address", item.address),
            where=self._where(item.where),
            sha256=GONE,
            excerpt=base64.b64encode(data).decode() if proved else "",
        )

    def _value(self, item: EvidenceDoc, person: _Person) -> str:
        if len(item.value) > _LONGEST:
            return f"[{GONE}: {len(item.value)} characters]"
        for slot in ("mac", "serial", "hostname", "endpoint_uuid"):
            if item.claims.get(slot) == item.value:
                return self._slot(slot, item.value) or ""
        part = item.fact.rpartition(".")[2]
        if part in OWNERS_TEXT and not _of_product(item.value, person.words):
            return self._names.word("name", item.value)
        if part in _VOCABULARY or {"firmware", "model"} & item.claims.keys():
            return self._vocabulary(item.value, person) or ""
        return self._free(item.value, person)

    def _where(self, where: str) -> str:
        if where.startswith("live "):
            return where
        name, mark, number = where.rpartition("#")
        if not mark or not number.isdecimal():
            return self._names.word("source", where)
        return f"{self._names.word('source', name)}#{number}"

    def _service(self, service: ServiceDoc, person: _Person) -> ServiceDoc:
        shown = service.banner if service.protocol in _SHOWN_BANNERS else None
        banner = None if shown is None else self._free(shown, person)
        return msgspec.structs.replace(service, banner=banner)

    def _certificate(self, shown: CertificateDoc | None) -> CertificateDoc | None:
        if shown is None:
            return None
        return msgspec.structs.replace(
            shown,
            subject=self._names.word("name", shown.subject),
            issuer=self._names.word("name", shown.issuer),
            serial=self._names.word("serial", shown.serial),
            sha256=GONE,
        )

    def _finding(self, finding: FindingDoc, person: _Person) -> FindingDoc:
        return msgspec.structs.replace(
            finding,
            because=self._free(finding.because, person),
            title=self._free(finding.title, person),
        )

    def _compared(self, record: DeviceRecordDoc | None) -> DeviceRecordDoc | None:
        if record is None:
            return None
        return msgspec.structs.replace(
            record,
            differs=[self._difference(difference) for difference in record.differs],
            source=None if record.source is None else self._names.word("source", record.source),
            records=[self._names.word("record", each) for each in record.records],
        )

    def _said(self, said: TriageDoc | None) -> TriageDoc | None:
        if said is None:
            return None
        label = None if said.label is None else self._names.word("name", said.label)
        return msgspec.structs.replace(said, label=label, note=None)

    def _difference(self, found: DifferenceDoc) -> DifferenceDoc:
        return msgspec.structs.replace(
            found,
            recorded=self._slot(found.field, found.recorded),
            seen=self._slot(found.field, found.seen),
        )

    def _record(self, record: RecordDoc) -> RecordDoc:
        slots = ("name", "address", "mac", "serial", "brand", "model", "firmware", "location")
        return msgspec.structs.replace(
            record,
            id=self._names.word("record", record.id),
            source=self._names.word("source", record.source),
            devices=[self._names.word("device", each) for each in record.devices],
            note=None,
            **{slot: self._slot(slot, getattr(record, slot)) for slot in slots},
        )

    def _change(self, change: ChangeDoc) -> ChangeDoc:
        slot = change.field or ""
        return msgspec.structs.replace(
            change,
            device=self._names.word("device", change.device),
            before=self._slot(slot, change.before),
            after=self._slot(slot, change.after),
        )


def _words(text: str) -> list[str]:
    plain = "".join(char if char.isalnum() else " " for char in text.casefold())
    return plain.split()


def _product_words(device: DeviceDoc) -> frozenset[str]:
    named = [device.brand, device.maker, device.model]
    named += [c.value for s in ("brand", "maker", "model") for c in device.claims.get(s, [])]
    return frozenset(word for text in named if text for word in _words(text))


def _of_product(text: str, words: frozenset[str]) -> bool:
    """Whether a text that an owner can write holds nothing but words of the product."""
    return all(word in words or word in PRODUCT_WORDS for word in _words(text))


def _bytes(excerpt: str) -> bytes:
    try:
        return base64.b64decode(excerpt)
    except (binascii.Error, ValueError):
        return b""
