"""What a senior operator checks first, in plain code: findings, topology, timeline, causes.

It stands on the providers alone. :mod:`sre_tui.diagnosis.picture` reads every backend once, at the
same time; everything else is a pure function of that picture.
"""
