"""Commands, settings, exit codes: the only place that prints."""


def main() -> None:
    """Run the command line."""
