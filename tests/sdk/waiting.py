"""Waiting for what happens a moment later."""

import time


def eventually(attempt, what, seconds=5.0):
    """The first true result of `attempt` within some seconds."""
    ends = time.monotonic() + seconds
    while True:
        result = attempt()
        if result:
            return result
        if time.monotonic() > ends:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(0.02)
