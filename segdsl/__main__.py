"""`python -m segdsl` is the command `seg`."""

from segdsl.cli import main

main()
