"""When two printed texts say the same: `difference(stored, fresh)`.

The last bits of a sum differ from processor to processor, and with them, now and then, the last digit of a
printed number. So words must be equal, whole numbers too, and any other number up to one unit of its last digit.
"""

import re
from decimal import Decimal

NUMBER = re.compile(r"(?<![\w.])[-+]?\d+(?:\.\d*)?(?:e[-+]?\d+)?%?")  # 12, -0.5, 3e-05, 64%; not the 1 of W1
SPACED = re.compile(rf"[^\S\n]*({NUMBER.pattern})[^\S\n]*")  # with its blanks: -0.1 or 10.0 shifts a column


def difference(stored, fresh):
    """None if `fresh` says what `stored` says, else a sentence that names the line and the number."""
    lines, now = stored.split("\n"), fresh.split("\n")
    for i, (line, new) in enumerate(zip(lines, now), start=1):
        parts, new_parts = SPACED.split(line.strip()), SPACED.split(new.strip())
        if parts[::2] != new_parts[::2]:  # the words
            return f"line {i}: stored {line.strip()!r}, now {new.strip()!r}"
        for a, b in zip(parts[1::2], new_parts[1::2]):
            if not near(a, b):
                return f"line {i}: stored {a}, now {b}, in {new.strip()!r}"
    if len(lines) != len(now):
        return f"stored {len(lines)} lines, now {len(now)}"
    return None


def near(a, b):
    """Whether the printed numbers a and b differ by at most one unit of the last digit, the finer of the two."""
    if a.endswith("%") != b.endswith("%"):
        return False
    distance = abs(Decimal(a.rstrip("%")) - Decimal(b.rstrip("%")))
    return distance == 0 or distance <= min(unit(a), unit(b)) < Decimal("inf")


def unit(number):
    """One unit of the last printed digit; 0 for a whole number, infinite for 1. (an array's 1.00, cut)."""
    if number.lstrip("+-").isdigit():
        return Decimal(0)
    if number.endswith("."):
        return Decimal("inf")
    return Decimal(1).scaleb(Decimal(number.rstrip("%")).as_tuple().exponent)
