"""Run the command line with ``python -m sheetgen``."""

from sheetgen.cli import main

main()
