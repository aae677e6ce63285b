"""What `camfinder listen` does behind its options."""

import asyncio
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from camfinder.cli.knowledge import engine
from camfinder.cli.progress import progress
from camfinder.flow.listen import Ears, listen
from camfinder.model import Inventory
from camfinder.probes import all_probes
from camfinder.store.entries import Journal


def run(
    ears: Ears, *, fingerprints: Sequence[Path], quiet: bool, journal: Journal | None = None
) -> Inventory:
    """Listen for the time given, or until the first Ctrl-C.

    Raises:
        CamfinderError: No such interface.
    """
    loaded = engine(fingerprints)
    if ears.for_s is None and not quiet:
        print("camfinder: listening; Ctrl-C ends it and writes the report", file=sys.stderr)
    with progress(quiet=quiet) as told:

        async def main() -> Inventory:
            stop = asyncio.Event()
            loop = asyncio.get_running_loop()
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.add_signal_handler(number, _interrupt, loop, stop, number)
            return await listen(
                ears,
                engine=loaded,
                probes=all_probes(),
                progress=told,
                stop=stop,
                journal=journal,
            )

        return asyncio.run(main())


def _interrupt(loop: asyncio.AbstractEventLoop, stop: asyncio.Event, number: int) -> None:
    loop.remove_signal_handler(number)
    stop.set()
