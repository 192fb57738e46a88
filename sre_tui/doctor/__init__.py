"""Check-up of an installation: reaches everything once and says what to mend."""

from sre_tui.doctor.checkup import Finding, Verdict, examine

__all__ = ["Finding", "Verdict", "examine"]
