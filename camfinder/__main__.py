"""`python -m camfinder`: the same as the `camfinder` script."""

from camfinder.cli import main

main()
