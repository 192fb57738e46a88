"""`python -m sre_tui` is `sre`."""

from commands.main import main

if __name__ == "__main__":
    main()
