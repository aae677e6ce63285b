"""Scans with one discovery method each, side by side: `alone.py NETWORK`.

Prints a JSON object: method to the addresses that it found, each with the device's MAC and model.
"""

import asyncio
import json
import sys
from ipaddress import ip_address

from camfinder.cli.knowledge import engine
from camfinder.flow.plan import Plan
from camfinder.flow.scan import scan
from camfinder.model import Target
from camfinder.net.scope import Scope
from camfinder.probes import Probe, all_probes

HERE = ip_address("192.0.2.1")


def discovers(probe: Probe) -> bool:
    """Whether it asks everybody."""
    return any(True for _ in probe.discover(Target(HERE, on_link=True)))


async def main() -> None:
    """All at once: none hears but its own."""
    loaded = engine(())
    scope = Scope.parse(sys.argv[1:])
    found: dict[str, dict[str, tuple[str | None, str | None]]] = {}

    async def one(probe: Probe) -> None:
        plan = Plan(scope=scope, tiers=(), layer2=False)
        inventory = await scan(plan, engine=loaded, probes=[probe], strict=True)
        found[probe.name] = {
            str(address): (device.mac, device.model)
            for device in inventory.devices
            if any(each.probe == probe.name for each in device.evidence)
            for address in device.addresses
        }

    async with asyncio.TaskGroup() as group:
        for probe in all_probes():
            if discovers(probe):
                group.create_task(one(probe))
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    asyncio.run(main())
