"""`camfinder doctor` and `camfinder config`: what this machine and these settings allow."""

import typer


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("doctor")(doctor)


def doctor() -> None:
    """Say what this machine allows: interfaces, multicast, ports, rights, packages."""
    from camfinder.cli.diagnosis import diagnose

    for line in diagnose():
        print(line)
