"""Clients of everything outside the process, and the guarded transport all of them share."""

import sys

# httpx would load its own command line as well (click, pygments, half of rich), which is a tenth of
# the time a data command takes; without that module it does as where click is not installed.
if "httpx" not in sys.modules:
    sys.modules["httpx._main"] = None  # type: ignore[assignment]
