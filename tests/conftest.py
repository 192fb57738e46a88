"""What holds for every test: the same examples each time, no deadline on any of them."""

from hypothesis import settings

settings.register_profile("suite", derandomize=True, deadline=None)
settings.load_profile("suite")
