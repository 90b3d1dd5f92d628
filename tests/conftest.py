"""What holds for all tests: properties are tried on the same examples every time, so that a failure is somebody's change.

``HYPOTHESIS_PROFILE=search`` tries new ones instead; what it finds belongs into a test of its own.
"""

from __future__ import annotations

import os

from hypothesis import settings

settings.register_profile("repeatable", derandomize=True, deadline=None)  # a busy machine is no failure
settings.register_profile("search", derandomize=False, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))
