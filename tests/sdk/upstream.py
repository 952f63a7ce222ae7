"""The fake upstream: what arrived there."""

import httpx

from programs import Program, binary


class Upstream:
    """A running relayscope-testkit."""

    def __init__(self, directory, environment):
        command = [binary("TESTKIT_BIN", "relayscope-testkit"), "--port", "0"]
        self.program = Program(command, environment, directory / "testkit.log")
        self.address = self.program.address
        self.control = httpx.Client(base_url=f"{self.address}/__testkit", trust_env=False, verify=False)

    def requests(self):
        """The requests received since the last reset, oldest first."""
        return self.control.get("/requests").raise_for_status().json()["requests"]

    def last(self):
        """The newest request received."""
        return self.requests()[-1]

    def counters(self):
        return self.control.get("/counters").raise_for_status().json()

    def scenarios(self):
        """Names of all scenarios."""
        listed = self.control.get("/scenarios").raise_for_status().json()["scenarios"]
        return [scenario["name"] for scenario in listed]

    def reset(self):
        self.control.post("/reset").raise_for_status()

    def stop(self):
        self.control.close()
        self.program.stop()


def headers_of(received):
    """Headers of a received request: lower-case names, values in a list."""
    headers = {}
    for name, value in received["headers"]:
        headers.setdefault(name.lower(), []).append(value)
    return headers
