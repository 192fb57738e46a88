"""The simulated homelab itself: what exists, how it behaves over time, and what faults do to it.

``sre_tui.demo.world.world.World`` is the way in.
"""
