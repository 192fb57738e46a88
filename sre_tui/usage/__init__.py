"""How much the program is used, and how well that goes: counted in every front, kept in the memory.

Nothing of what was asked is counted: only names of commands, tools and models, how it ended, how
long it took, and what a model counted. Beside the counts the last questions are kept, with the
tools that were called for them and who answered.
"""
