"""Exact numbers: whole millionths, rounded half to even (language.md section 2, `number`).

A number is an `int` of millionths. It has at most twelve digits before the point when it comes in, and at most
twenty-four digits in all as the result of an operation or a total; what does not fit is not known (None).
"""

from decimal import Decimal

SCALE = 1_000_000
WIRE_LIMIT = 10**12 * SCALE
RESULT_LIMIT = 10**24


def divide_half_even(numerator: int, denominator: int) -> int:
    """The quotient rounded half to even. `denominator` is not 0.

    >>> [divide_half_even(n, 2) for n in (1, 3, -1, -3)]
    [0, 2, 0, -2]
    """
    if denominator < 0:
        numerator, denominator = -numerator, -denominator
    quotient, rest = divmod(numerator, denominator)
    double = rest * 2
    if double > denominator or (double == denominator and quotient & 1):
        quotient += 1
    return quotient


def from_decimal(value: Decimal) -> int | None:
    """Millionths of a decimal, read from its digits; None when it has more than twelve digits before the point or is
    not finite."""
    if not value.is_finite() or value.adjusted() > 12:
        return None
    sign, digits, exponent = value.as_tuple()
    if len(digits) > 1_000:  # so long a fraction rounds as its beginning does
        digits, exponent = (*digits[:999], int(any(digits[999:]))), int(exponent) + len(digits) - 1_000
    number = int("".join(map(str, digits)) or "0")
    shift = int(exponent) + 6
    if shift < -(len(digits) + 1):
        return 0
    number = number * 10**shift if shift >= 0 else divide_half_even(number, 10**-shift)
    return fitting(-number if sign else number)


def from_int(value: int) -> int | None:
    return fitting(value * SCALE)


def from_text(text: str) -> int | None:
    """Millionths of a number as people and files write it (`1_000`, `2.5`, `-3`); None when it is none or too large."""
    cleaned = text.strip().replace("_", "")
    if not cleaned or len(cleaned) > 60 or not cleaned.lstrip("+-")[:1].isdecimal() or not cleaned.isascii():
        return None
    try:
        return from_decimal(Decimal(cleaned))
    except ArithmeticError:
        return None


def fitting(millionths: int) -> int | None:
    """The number itself if it has at most twelve digits before the point."""
    return millionths if -WIRE_LIMIT < millionths < WIRE_LIMIT else None


def within_limits(millionths: int) -> int | None:
    """The result of an operation if it holds at most twenty-four digits."""
    return millionths if -RESULT_LIMIT < millionths < RESULT_LIMIT else None


def add(left: int, right: int) -> int | None:
    result = left + right
    return result if -RESULT_LIMIT < result < RESULT_LIMIT else None


def subtract(left: int, right: int) -> int | None:
    result = left - right
    return result if -RESULT_LIMIT < result < RESULT_LIMIT else None


def multiply(left: int, right: int) -> int | None:
    return within_limits(divide_half_even(left * right, SCALE))


def divide(left: int, right: int) -> int | None:
    """The quotient; division by zero is not known."""
    if not right:
        return None
    quotient, rest = divmod(left * SCALE, right)
    if rest:
        quotient = divide_half_even(left * SCALE, right)
    return quotient if -RESULT_LIMIT < quotient < RESULT_LIMIT else None


def average(total: int, count: int) -> int | None:
    """Exact, then rounded once. Of nothing: not known."""
    return divide_half_even(total, count) if count else None


def to_text(millionths: int) -> str:
    """As a person writes it, without needless zeros.

    >>> to_text(2_500_000), to_text(-1), to_text(3_000_000)
    ('2.5', '-0.000001', '3')
    """
    sign = "-" if millionths < 0 else ""
    whole, rest = divmod(abs(millionths), SCALE)
    return f"{sign}{whole}.{rest:06d}".rstrip("0") if rest else f"{sign}{whole}"
