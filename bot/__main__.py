"""`python -m bot` is `faultline`."""

from bot.cli import main

main()
