"""Runs camfinder commands one after another where the scanner stands, and kills them on time.

A line of JSON on standard input is an order: `argv`, and `after_s` where the command is to be
killed (-9) so many seconds after its start. The answer is a line, too: `code`, negative for a
signal, `start` and `end` by this machine's clock, and `sent`: every frame that left meanwhile, as
time, protocol, destination and port; none without `--wire`.

Each command is a process of its own. What takes seconds at every start and is no part of what is
tested - imports, and compiling the fingerprints - is done once, before the processes fork.
"""

import contextlib
import json
import os
import signal
import socket
import sys
import threading
import time
import traceback
from typing import Any

from camfinder.cli import app, scanning, storing
from camfinder.cli.knowledge import engine

assert storing  # imported here, not in every process

ETH_P_ALL, OUTGOING = 0x0003, 4
Sent = tuple[float, str, str, int]


def main() -> None:
    """Serves orders until standard input ends."""
    loaded = engine(())
    scanning.__dict__["engine"] = lambda _folders: loaded
    with contextlib.redirect_stdout(sys.stderr):
        app.run(["scan", "127.0.0.1", "--dry-run", "-q"])  # imports the rest
    ear = listening() if "--wire" in sys.argv else None
    tell("ready")
    for line in sys.stdin:
        wanted = json.loads(line)
        frames = Frames(ear)
        told = run(wanted["argv"], wanted.get("after_s"))
        tell(json.dumps({**told, "sent": frames.end()}))


def tell(line: str) -> None:
    """An answer."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def run(argv: list[str], after_s: float | None) -> dict[str, Any]:
    """One command, killed when its time has come."""
    start = time.time()
    child = os.fork()
    if not child:
        os._exit(alone(argv))
    while True:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return {"code": os.waitstatus_to_exitcode(status), "start": start, "end": time.time()}
        if after_s is not None and time.time() - start >= after_s:
            os.kill(child, signal.SIGKILL)
            after_s = None
        time.sleep(0.005)


def alone(argv: list[str]) -> int:
    """The command in its own process, without our standard input and output."""
    try:
        nowhere = os.open(os.devnull, os.O_RDWR)
        for number in (0, 1):
            os.dup2(nowhere, number)
        return app.run(argv)
    except BaseException:  # noqa: BLE001 - whatever it is, this process must not go on as main()
        traceback.print_exc()
        return 70


def listening() -> socket.socket:
    """An ear for all frames."""
    ear = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
    ear.setsockopt(socket.SOL_SOCKET, 33, 16 * 1024 * 1024)  # SO_RCVBUFFORCE
    ear.settimeout(0.1)
    return ear


class Frames:
    """The frames that leave from now on."""

    def __init__(self, ear: socket.socket | None) -> None:
        self._ear = ear
        self._done = threading.Event()
        self._sent: list[Sent] = []
        self._thread = threading.Thread(target=self._listen)
        self._thread.start()

    def end(self) -> list[Sent]:
        """All of them."""
        self._done.set()
        self._thread.join()
        return self._sent

    def _listen(self) -> None:
        while self._ear is not None:
            try:
                data, sender = self._ear.recvfrom(65_535)
            except TimeoutError:
                if self._done.is_set():
                    return
                continue
            if sender[2] == OUTGOING and (told := question(data)):
                self._sent.append((time.time(), *told))


def question(frame: bytes) -> tuple[str, str, int] | None:
    """Protocol, destination and port of a frame that asks something: UDP, ARP, or a TCP SYN."""
    form, packet = frame[12:14], frame[14:]
    if form == b"\x08\x06":
        return ("arp", socket.inet_ntoa(packet[24:28]), 0) if packet[7] == 1 else None
    if form != b"\x08\x00":
        return None
    head = 4 * (packet[0] & 0x0F)
    to, port = socket.inet_ntoa(packet[16:20]), int.from_bytes(packet[head + 2 : head + 4])
    if packet[9] == 17:
        return "udp", to, port
    if packet[9] == 6 and packet[head + 13] & 0x12 == 0x02:
        return "tcp", to, port
    return None


if __name__ == "__main__":
    main()
