"""How much the program is used, and how well that goes: counted in every front, kept in the memory.

Nothing of what was asked is kept: only names of commands, tools and models, how it ended, how long
it took, and what a model counted.
"""
