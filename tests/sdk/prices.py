"""List prices, read from the same files that the program is built with, for exact expectations."""

import datetime
import tomllib
from decimal import Decimal

from programs import REPOSITORY


def prices_of(vendor, model):
    """The model's price of today: US dollars per million tokens."""
    document = tomllib.loads((REPOSITORY / "config" / "pricing" / f"{vendor}.toml").read_text())
    row = next(row for row in document["model"] if row["id"] == model)
    today = datetime.datetime.now(datetime.UTC).date()
    current = [price for price in row["price"] if day(price["from"]) <= today]
    return max(current, key=lambda price: day(price["from"]))


def day(moment):
    return moment.date() if isinstance(moment, datetime.datetime) else moment


def cost(price, fresh, cache_read, write_5m, write_1h, output):
    """What that usage costs in US dollars, exactly."""
    parts = [
        (fresh, price["input"]),
        (cache_read, price["cache_read"]),
        (write_5m, price["cache_write"]["5m"]),
        (write_1h, price["cache_write"]["1h"]),
        (output, price["output"]),
    ]
    return sum(Decimal(tokens) * Decimal(rate) for tokens, rate in parts) / 1_000_000
