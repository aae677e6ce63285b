"""The application: a command is there without those of other modules."""

import typer

from camfinder.cli.app import MODULES, application


def names(app: typer.Typer) -> set[str]:
    """Its commands and groups."""
    told = [each.name for each in app.registered_commands]
    told += [each.name for each in app.registered_groups]
    return {name for name in told if name}


def test_the_table_of_modules_tells_their_commands() -> None:
    """What a module adds is what the table says, whichever command of it is wanted."""
    for wanted in MODULES.values():
        for command in wanted:
            assert names(application(command)) == set(wanted)


def test_all_commands_where_none_is_known() -> None:
    """Help, a wrong command and an option come before any command."""
    everything = {command for commands in MODULES.values() for command in commands}
    for wanted in (None, "--help", "sacn", ""):
        assert names(application(wanted)) == everything
