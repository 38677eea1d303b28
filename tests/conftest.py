"""What all tests share."""

from hypothesis import HealthCheck, settings

_SLOW_TO_DRAW = [HealthCheck.too_slow, HealthCheck.data_too_large]

settings.register_profile("default", deadline=None, suppress_health_check=_SLOW_TO_DRAW)
settings.register_profile(
    "ci", deadline=None, derandomize=True, max_examples=100, print_blob=True, suppress_health_check=_SLOW_TO_DRAW
)
settings.load_profile("default")
