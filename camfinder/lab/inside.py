"""`python -m camfinder.lab.inside NETWORK USER -- COMMAND...` runs a command in the lab.

NETWORK is the path of the scanner's network namespace, USER that of the user namespace around it
(empty as root). The process becomes the command.
"""

import os
import sys

from camfinder.lab import namespaces


def main() -> None:
    """Enters and becomes the command."""
    network, user = sys.argv[1:3]
    descriptor = os.open(network, os.O_RDONLY)
    if user:
        namespaces.join(os.open(user, os.O_RDONLY), namespaces.CLONE_NEWUSER)
    namespaces.join(descriptor, namespaces.CLONE_NEWNET)
    argv = sys.argv[4:]
    try:
        os.execvp(argv[0], argv)  # noqa: S606 - the user's own command
    except OSError as error:
        sys.stderr.write(f"{argv[0]}: {error.strerror}\n")
        sys.exit(127)


if __name__ == "__main__":
    main()
