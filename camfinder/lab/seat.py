"""A seat: one device at one address, with everything its texts may refer to."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from random import Random
from types import MappingProxyType

from camfinder.lab.persona import Persona
from camfinder.lab.template import fill

GIVEN = frozenset(
    {
        "id", "ip", "ip_hex", "ip_hex_le", "mask", "mask_hex", "gateway", "gateway_hex",
        "gateway_hex_le", "host", "authority", "mac", "mac_upper", "mac_dash", "mac_dash_upper",
        "mac12", "mac12_lower", "mac_hex", "uuid", "nonce",
    }
)  # fmt: skip
"""Names that every persona may use; docs/lab.md says what they hold."""

REQUEST_NAMES = frozenset({"cseq", "message_id"})
"""Names that come from the request, where there is one."""


@dataclass(frozen=True, eq=False)
class Seat:
    """One device at one address.

    Attributes:
        persona: Who sits here.
        address: Its address.
        mac: Its MAC address (the persona's, or another where a persona sits more than once).
        values: For `${..}`.
        chance: Its own seeded randomness, for delays and nonces.
        hurry: Answers come at once, without the delays of real devices.
    """

    persona: Persona
    address: IPv4Address
    mac: str
    values: Mapping[str, str]
    chance: Random
    hurry: bool = False

    def delay_s(self, bounds_ms: tuple[int, int]) -> float:
        """How long the device takes this time, in seconds."""
        return 0.0 if self.hurry else self.chance.uniform(*bounds_ms) / 1000

    def text(self, text: str, **more: str) -> str:
        """A text of the persona, filled in."""
        return fill(text, {**self.values, **more})


def seat(
    persona: Persona,
    address: IPv4Address,
    network: IPv4Network,
    *,
    mac: str = "",
    seed: int = 1,
    hurry: bool = False,
    port_80: int = 80,
) -> Seat:
    """The persona at this address.

    Args:
        persona: Who.
        address: Where.
        network: Its subnet; the gateway is the last address but one (`.254`).
        mac: Another MAC than the persona's.
        seed: Same seed, same delays and nonces.
        hurry: No delays.
        port_80: The port that stands for 80 here (loopback without rights).
    """
    mac = mac or persona.mac
    plain = mac.replace(":", "")
    gateway = network.broadcast_address - 1
    values = {
        "id": persona.id,
        "ip": str(address),
        "ip_hex": address.packed.hex(),
        "ip_hex_le": address.packed[::-1].hex(),
        "mask": str(network.netmask),
        "mask_hex": network.netmask.packed.hex(),
        "gateway": str(gateway),
        "gateway_hex": gateway.packed.hex(),
        "gateway_hex_le": gateway.packed[::-1].hex(),
        "host": str(int(address) - int(network.network_address)),
        "authority": str(address) if port_80 == 80 else f"{address}:{port_80}",
        "mac": mac,
        "mac_upper": mac.upper(),
        "mac_dash": mac.replace(":", "-"),
        "mac_dash_upper": mac.upper().replace(":", "-"),
        "mac12": plain.upper(),
        "mac12_lower": plain,
        "mac_hex": plain,
        "uuid": str(uuid.uuid5(uuid.NAMESPACE_OID, mac)),
    }
    chance = Random(f"{seed} {persona.id} {mac}")  # noqa: S311 - play, not security
    values["nonce"] = f"{chance.getrandbits(128):032x}"
    for name, text in persona.values.items():
        values[name] = fill(text, values)
    return Seat(persona, address, mac, MappingProxyType(values), chance, hurry)
