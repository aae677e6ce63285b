"""What other people's libraries do in a namespace: `libraries.py NAME [ARGUMENT]`.

| name | what |
|---|---|
| kasa-search | python-kasa looks for devices; prints JSON: address to what it read |
| unifi-search | unifi-discovery the same |
| kasa-device | a camera on UDP 9999 and 20002 whose cipher, header and check are python-kasa's |
| homekit-camera, homekit-lamp | HAP-python's accessory of that category, ARGUMENT its address |

Devices print `ready` and play on until they are ended.
"""

import asyncio
import binascii
import json
import socket
import struct
import sys
import tempfile
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, cast

SECONDS = 2


async def kasa_search() -> None:
    """By broadcast, both ports; what the library read, before it makes an object of it."""
    from kasa import Discover

    found: dict[str, Any] = {}

    def note(raw: Any) -> None:
        found[raw["meta"]["ip"]] = raw["discovery_response"]

    await Discover.discover(on_discovered_raw=note, discovery_timeout=SECONDS, discovery_packets=2)
    sys.stdout.write(json.dumps(found))


async def unifi_search() -> None:
    """By broadcast and multicast; consoles and everything else."""
    from unifi_discovery import AIOUnifiScanner

    devices = await AIOUnifiScanner().async_scan(timeout=SECONDS, consoles_only=False)
    sys.stdout.write(
        json.dumps(
            {
                each.source_ip: [each.hw_addr, each.platform, each.hostname, each.fw_version]
                for each in devices
            }
        )
    )


class _Legacy(asyncio.DatagramProtocol):
    """UDP 9999: answers what python-kasa's own cipher opens to the question for the system."""

    transport: asyncio.DatagramTransport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        from kasa.transports.xortransport import XorEncryption

        asked = json.loads(XorEncryption.decrypt(data))
        if asked.get("system", {}).get("get_sysinfo", 1) in ({}, None):
            told = {
                "alias": "porch", "model": "KC420WS(US)", "mic_type": "IOT.IPCAMERA",
                "sw_ver": "2.3.22", "mic_mac": "50C7BF002099",
            }  # fmt: skip
            answer = json.dumps({"system": {"get_sysinfo": told}})
            self.transport.sendto(XorEncryption.encrypt(answer)[4:], addr)


class _Modern(_Legacy):
    """UDP 20002: answers a header of python-kasa's layout whose check is right."""

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        version, _kind, operation, size, _flags, _blank, _serial, check = struct.unpack_from(
            ">BBHHBBII", data
        )
        blank = data[:12] + (0x5A6B7C8D).to_bytes(4) + data[16:]
        if (version, operation, size) != (2, 1, len(data) - 16) or binascii.crc32(blank) != check:
            return
        told = {
            "device_type": "SMART.IPCAMERA", "device_model": "C520WS(EU)", "ip": "10.9.0.2",
            "mac": "50-C7-BF-00-20-98", "device_id": "0123", "firmware_version": "1.2.11",
            "mgt_encrypt_schm": {"is_support_https": True, "encrypt_type": "AES", "http_port": 443},
        }  # fmt: skip
        answer = json.dumps({"error_code": 0, "result": told}).encode()
        head = struct.pack(">BBHHBBII", 2, 0, 2, len(answer), 17, 0, 0, 0x5A6B7C8D)
        whole = bytearray(head + answer)
        whole[12:16] = binascii.crc32(whole).to_bytes(4)
        self.transport.sendto(bytes(whole), addr)


async def kasa_device() -> None:
    """Both ports."""
    import kasa.transports.xortransport  # noqa: F401 - slow: before it says that it is ready

    loop = asyncio.get_running_loop()
    for port, protocol in ((9999, _Legacy), (20002, _Modern)):
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.bind(("0.0.0.0", port))
        await loop.create_datagram_endpoint(protocol, sock=sock)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


async def homekit(category: str, name: str, model: str, address: str) -> None:
    """An accessory nobody has paired with."""
    from pyhap import const
    from pyhap.accessory import Accessory
    from pyhap.accessory_driver import AccessoryDriver

    with tempfile.TemporaryDirectory() as folder:
        driver = AccessoryDriver(
            address=address,
            port=51_826,
            persist_file=str(Path(folder) / "state"),
            loop=asyncio.get_running_loop(),
        )
        accessory = Accessory(driver, f"{name} {model}")
        accessory.category = getattr(const, f"CATEGORY_{category}")
        accessory.set_info_service("1.5.60", name, model, "A8XK102")
        driver.add_accessory(accessory)
        await driver.async_start()
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


def main() -> None:
    """Plays the part that was asked for."""
    part, address = sys.argv[1], sys.argv[-1]
    parts: dict[str, Callable[[], Coroutine[Any, Any, None]]] = {
        "kasa-search": kasa_search,
        "unifi-search": unifi_search,
        "kasa-device": kasa_device,
        "homekit-camera": lambda: homekit("CAMERA", "Eve", "Cam 20EBU4101", address),
        "homekit-lamp": lambda: homekit("LIGHTBULB", "Nanoleaf", "NL45", address),
    }
    asyncio.run(parts[part]())


if __name__ == "__main__":
    main()
