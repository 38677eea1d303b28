"""What all tests share.

The same examples are drawn in every run, so that a run tells of the code and not of luck. To look for new ones:
`pytest --hypothesis-profile=deep`; what it finds goes into the corpus.
"""

from hypothesis import HealthCheck, settings

_SLOW_TO_DRAW = [HealthCheck.too_slow, HealthCheck.data_too_large]

settings.register_profile("default", deadline=None, derandomize=True, suppress_health_check=_SLOW_TO_DRAW)
settings.register_profile("ci", settings.get_profile("default"), print_blob=True)
settings.register_profile("deep", deadline=None, max_examples=1_000, suppress_health_check=_SLOW_TO_DRAW)
settings.load_profile("default")
