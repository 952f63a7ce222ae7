"""Relayscope as a running server: its record, its files, its token."""

import httpx

from programs import Program, binary
from waiting import eventually

FINISHED = {"done", "error", "error_inside", "cut", "client_left", "empty", "interrupted"}


class Relayscope:
    """A running `relayscope serve` on a data directory of its own."""

    def __init__(self, directory, environment, upstream_address, port=0, **more):
        self.data = directory / "data"
        variables = {
            "RELAYSCOPE_ANTHROPIC_BASE_URL": upstream_address,
            "RELAYSCOPE_OPENAI_BASE_URL": upstream_address,
        }
        command = [
            binary("RELAYSCOPE_BIN", "relayscope"),
            "--data-dir", self.data,
            "serve", "--port", str(port), "--bind", "127.0.0.1", "--no-console",
        ]
        self.program = Program(command, environment | variables | more, directory / "relayscope.log")
        self.address = self.program.address
        self.api = httpx.Client(base_url=self.address, trust_env=False, verify=False, timeout=30)

    @property
    def port(self):
        return int(self.address.rsplit(":", 1)[1])

    def token(self):
        """The session token that programs of the same user may read."""
        return (self.data / "session-token").read_text().strip()

    def signed_in(self):
        return {"authorization": f"Bearer {self.token()}"}

    def detail(self, exchange, **query):
        """Everything kept of a finished exchange."""

        def finished():
            answer = self.api.get(f"/api/request/{exchange}", params=query, headers=self.signed_in())
            if answer.status_code == 404:
                return None
            kept = answer.raise_for_status().json()
            return kept if kept["outcome"] in FINISHED else None

        # Large bodies of earlier tests may still be waiting for the one writer.
        return eventually(finished, f"exchange {exchange} is recorded as finished", 30)

    def newest(self, **wanted):
        """Detail of the newest exchange whose row has these members."""

        def found():
            rows = rows_of(self.api.get("/api/requests", headers=self.signed_in()).json())
            fits = (row for row in rows if all(row.get(name) == value for name, value in wanted.items()))
            return next(fits, None)

        return self.detail(eventually(found, f"an exchange with {wanted} is listed", 30)["id"])

    def stop(self):
        self.api.close()
        return self.program.stop()


def rows_of(listing):
    """The rows in an answer of /api/requests."""
    return listing["requests"]
