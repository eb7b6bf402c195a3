"""How hypothesis works here: by itself in CI, and never against the clock.

A shared machine is slow at times, which is no fault of an example. In CI the
examples are those that the tests' names determine, so that a run can be
repeated; elsewhere they are new each time, and a failing one is printed as a
`reproduce_failure` line. `PROVENANCE_EXAMPLES=10` makes ten for each test that
does not ask for a number of its own, which is what `tests/run fast` does.

What the tests in a browser are given is made known here, too.
"""

import os
import signal

from hypothesis import HealthCheck, settings

from tests.browser.fixtures import (
    browser,
    chromium,
    driver,
    honest,
    label,
    liar,
    stage,
    visits,
)

__all__ = [
    "browser", "chromium", "driver", "honest", "label", "liar", "stage",
    "visits",
]  # fmt: skip

# What a shell starts in the background ignores Ctrl-C, and whatever is started
# from there too, unless somebody says otherwise.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

settings.register_profile(
    "project",
    deadline=None,
    max_examples=int(os.environ.get("PROVENANCE_EXAMPLES", "100")),
    print_blob=True,
    derandomize=bool(os.environ.get("CI")),
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("project")
