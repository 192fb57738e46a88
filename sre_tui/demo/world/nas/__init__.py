"""The truth about the NAS that TrueNAS, metrics and logs all tell.

``World.nas`` is a :class:`Nas`; every answer is for a moment in Unix seconds.
"""

from sre_tui.demo.world.nas.nas import DatasetSpace, Member, Nas
from sre_tui.demo.world.nas.records import Scan

__all__ = ["DatasetSpace", "Member", "Nas", "Scan"]
