"""Answers read straight from one backend's own interface, with figures only as the substitute.

Every handler here returns the answer in pieces, or None if the tool it rests on gave no data;
:func:`sre_tui.agent.analyst.answers.told.rather` then lets another one answer.
"""
