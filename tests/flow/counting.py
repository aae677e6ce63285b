"""Runs a command and counts the frames that this machine sends meanwhile: `counting.py IFACE CMD`.

What the command printed goes on; standard error ends with the frames and, last, their count. The
kernel's answers to who asks for this machine's address are none of the command's.
"""

import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

ETH_P_ALL, OUTGOING = 0x0003, 4
ARP_REPLY = bytes.fromhex("0806 0001 0800 0604 0002")


def main() -> int:
    """Counts from before the command starts until after it has ended."""
    interface, command = sys.argv[1], sys.argv[2:]
    with suppress(OSError):  # the kernel's own router solicitations are none of the command's
        Path(f"/proc/sys/net/ipv6/conf/{interface}/disable_ipv6").write_text("1", "ascii")
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL)) as ear:
        ear.bind((interface, ETH_P_ALL))
        ear.setblocking(False)  # the socket's own signature
        while True:  # what was sent before
            try:
                ear.recv(65_535)
            except BlockingIOError:
                break
        done = subprocess.run(command, check=False, timeout=100)
        sent = 0
        with suppress(BlockingIOError):
            while True:
                frame, sender = ear.recvfrom(65_535)
                if sender[2] == OUTGOING and frame[12:22] != ARP_REPLY:
                    sent += 1
                    sys.stderr.write(f"{frame[:64].hex()}\n")
    sys.stderr.write(f"{sent}\n")
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
