"""Which addresses may be asked: the targets without the exclusions, and nothing else."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network, IPv6Address

from camfinder.model import Address, CamfinderError
from camfinder.net.interfaces import Interface
from camfinder.net.interfaces import interfaces as own_interfaces
from camfinder.net.spans import Span, SpanSet
from camfinder.net.targets import Piece, Reader, Resolve, check, is_host, plain, resolve_name

NO_HOSTS_IPV4 = SpanSet.of(
    Span(int(net.network_address), int(net.broadcast_address))
    for net in (IPv4Network("0.0.0.0/8"), IPv4Network("224.0.0.0/4"), IPv4Network("240.0.0.0/4"))
)


@dataclass(frozen=True)
class Scope:
    """The declared networks.

    Attributes:
        targets: As given.
        exclude: As given.
        heard_only: Targets too large to be swept: only what is heard from them is asked.
    """

    targets: tuple[str, ...]
    exclude: tuple[str, ...]
    heard_only: tuple[str, ...]
    _permitted: dict[tuple[int, str | None], SpanSet] = field(repr=False)
    _swept: dict[tuple[int, str | None], SpanSet] = field(repr=False)
    _excluded: dict[tuple[int, str | None], SpanSet] = field(repr=False)

    @classmethod
    def parse(
        cls,
        targets: Sequence[str],
        *,
        exclude: Sequence[str] = (),
        allow_public: bool = False,
        resolve: Resolve | None = None,
        interfaces: Sequence[Interface] | None = None,
    ) -> "Scope":
        """Targets as people write them.

        Takes addresses, networks (`10.0.0.0/24`, `fd00::/64`), ranges (`10.0.0.5-40`,
        `10.0.0.5-10.0.1.7`), octet ranges (`10.0.1-3.5-9`), host names, `fe80::1%eth0` and
        `auto` (the attached subnets).

        Raises:
            CamfinderError: One of them cannot be understood, is public without
                `allow_public`, or nothing is left; the message says what to do.
        """
        own = own_interfaces() if interfaces is None else interfaces
        reader = Reader(resolve or resolve_name, own)
        permitted: list[Piece] = []
        heard_only = []
        for text in targets:
            pieces = list(reader.read(text, allow_public=allow_public))
            for piece in pieces:
                check(piece, text, allow_public=allow_public)
            if any(not piece.swept for piece in pieces):
                heard_only.append(text)
            permitted += pieces
        excluder = Reader(resolve or resolve_name, own, excluding=True)
        excluded = _collect(
            piece for text in exclude for piece in excluder.read(text, allow_public=True)
        )
        scope = cls(
            targets=tuple(targets),
            exclude=tuple(exclude),
            heard_only=tuple(heard_only),
            _permitted=_without(_collect(permitted), excluded),
            _swept=_without(_collect(p for p in permitted if p.swept), excluded),
            _excluded=excluded,
        )
        if not any(spans.size for spans in scope._permitted.values()):
            raise CamfinderError(_nothing_left(targets))
        return scope

    def permits(self, address: Address) -> bool:
        """Whether this address may be sent anything. Exclusions always win."""
        address = plain(address)
        if not is_host(address):
            return False
        number = int(address)
        zones = {None, getattr(address, "scope_id", None)}
        keys = [(address.version, zone) for zone in zones]
        if any(number in self._excluded[key] for key in keys if key in self._excluded):
            return False
        return any(number in self._permitted[key] for key in keys if key in self._permitted)

    def addresses(self, only: int | None = None) -> Iterator[Address]:
        """Every address to be swept, once; nothing is stored, neighbours are kept apart.

        Args:
            only: 4 or 6 for one family.
        """
        for (version, zone), spans in self._swept.items():
            if only not in {None, version}:
                continue
            for number in spans.interleaved():
                if version == 4:
                    yield IPv4Address(number)
                elif zone is None:
                    yield IPv6Address(number)
                else:
                    yield IPv6Address(f"{IPv6Address(number)}%{zone}")

    def sweeps(self, address: Address) -> bool:
        """Whether `addresses` gives this one."""
        address = plain(address)
        key = (address.version, getattr(address, "scope_id", None))
        return key in self._swept and int(address) in self._swept[key]

    @property
    def size(self) -> int:
        """How many addresses `addresses` gives."""
        return sum(spans.size for spans in self._swept.values())

    def swept(self, version: int) -> int:
        """How many of one family."""
        return sum(spans.size for (each, _), spans in self._swept.items() if each == version)

    def __len__(self) -> int:
        return self.size

    def __bool__(self) -> bool:
        # A scope that only hears has length 0, and is a scope.
        return True

    def touches(self, interface: Interface) -> bool:
        """Whether any permitted address is in a subnet attached to this interface."""
        for net in interface.networks:
            span = Span(int(net.network_address), int(net.broadcast_address))
            for zone in (None, interface.name):
                spans = self._permitted.get((net.version, zone))
                if spans is not None and spans.touches(span):
                    return True
        return False

    def spans(self) -> list[tuple[int, str, str]]:
        """IP version, first and last address of everything that may be asked."""
        return [
            (version, _address(version, span.first), _address(version, span.last))
            for (version, _zone), spans in self._permitted.items()
            for span in spans.spans
        ]

    def describe(self) -> tuple[str, ...]:
        """The scope for reports: the targets, then `not ` and each exclusion."""
        return (*self.targets, *(f"not {text}" for text in self.exclude))


def _address(version: int, number: int) -> str:
    return str(IPv4Address(number) if version == 4 else IPv6Address(number))


def _collect(pieces: Iterable[Piece]) -> dict[tuple[int, str | None], SpanSet]:
    found: dict[tuple[int, str | None], list[Span]] = {}
    for piece in pieces:
        found.setdefault((piece.version, piece.zone), []).extend(piece.spans)
    return {key: SpanSet.of(spans) for key, spans in found.items()}


def _without(
    wanted: dict[tuple[int, str | None], SpanSet],
    excluded: dict[tuple[int, str | None], SpanSet],
) -> dict[tuple[int, str | None], SpanSet]:
    left = {}
    for (version, zone), spans in wanted.items():
        kept = spans.minus(NO_HOSTS_IPV4) if version == 4 else spans
        for hole in {(version, None), (version, zone)}:
            kept = kept.minus(excluded.get(hole, SpanSet()))
        left[version, zone] = kept
    return left


def _nothing_left(targets: Sequence[str]) -> str:
    if not targets:
        return "no targets: name networks, ranges or hosts, or `auto` for the attached subnets"
    if [text.strip().lower() for text in targets] == ["auto"]:
        return (
            "target auto: no attached private subnet here; name the networks to look at "
            "(public ones need --allow-public)"
        )
    return "no address is left to ask: the exclusions cover every target"
