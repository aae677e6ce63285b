"""Runs a command and keeps every frame meanwhile: `sniffing.py FILE CMD`.

A line of the file is a frame: interface, `out` or `in`, and its bytes in hex.
"""

import socket
import subprocess
import sys
import threading
from pathlib import Path

ETH_P_ALL, OUTGOING = 0x0003, 4


def main() -> int:
    """Sniffs all interfaces until the command has ended."""
    file, command = Path(sys.argv[1]), sys.argv[2:]
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL)) as ear:
        ear.setsockopt(socket.SOL_SOCKET, 33, 64 * 1024 * 1024)
        ear.settimeout(0.3)
        done = threading.Event()
        lines: list[str] = []

        def listen() -> None:
            while True:
                try:
                    data, sender = ear.recvfrom(65_535)
                except TimeoutError:
                    if done.is_set():
                        return
                    continue
                if sender[0] != "lo":
                    way = "out" if sender[2] == OUTGOING else "in"
                    lines.append(f"{sender[0]} {way} {data.hex()}\n")

        thread = threading.Thread(target=listen)
        thread.start()
        result = subprocess.run(command, check=False, timeout=200)
        done.set()
        thread.join()
    file.write_text("".join(lines), "ascii")
    return result.returncode


if __name__ == "__main__":
    sys.exit(main())
