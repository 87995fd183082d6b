"""The rule for printed texts, stored and fresh: `difference(stored, fresh)`.

The last bits of a sum differ from processor to processor, and sometimes this changes
the last digit of a printed number. So words and whole numbers must be equal, and any
other number may differ by one unit of its last digit.
"""

import re
from decimal import Decimal

# 12, -0.5, 3e-05, 64%; not the 1 of W1
NUMBER = re.compile(r"(?<![\w.])[-+]?\d+(?:\.\d*)?(?:e[-+]?\d+)?%?")
# A number with its blanks, which change with a sign or a digit
SPACED = re.compile(rf"[^\S\n]*({NUMBER.pattern})[^\S\n]*")


def difference(stored, fresh):
    """None if the texts agree, else a sentence that names the line and the number."""
    lines, new_lines = stored.split("\n"), fresh.split("\n")
    for i, (line, new) in enumerate(zip(lines, new_lines), start=1):
        parts, new_parts = SPACED.split(line.strip()), SPACED.split(new.strip())
        if parts[::2] != new_parts[::2]:  # the words
            return f"line {i}: stored {line.strip()!r}, now {new.strip()!r}"
        for a, b in zip(parts[1::2], new_parts[1::2]):
            if not near(a, b):
                return f"line {i}: stored {a}, now {b}, in {new.strip()!r}"
    if len(lines) != len(new_lines):
        return f"stored {len(lines)} lines, now {len(new_lines)}"
    return None


def near(a, b):
    """Whether the printed numbers a and b differ by at most one unit of the last digit.

    If they have different numbers of digits, the longer one sets the unit.
    """
    if a.endswith("%") != b.endswith("%"):
        return False
    distance = abs(Decimal(a.rstrip("%")) - Decimal(b.rstrip("%")))
    return distance == 0 or distance <= min(unit(a), unit(b)) < Decimal("inf")


def unit(number):
    """One unit of the last printed digit: 0 for a whole number, infinite for "1.".

    NumPy prints "1." for 1.00 in an array, so the number of digits is unknown.
    """
    if number.lstrip("+-").isdigit():
        return Decimal(0)
    if number.endswith("."):
        return Decimal("inf")
    return Decimal(1).scaleb(Decimal(number.rstrip("%")).as_tuple().exponent)
