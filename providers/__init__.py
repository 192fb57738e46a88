"""Clients of everything outside the process, and the guarded transport all of them share."""
