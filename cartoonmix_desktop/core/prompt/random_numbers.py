"""Random numbers that are the same on every system, and in every version of Python."""

from __future__ import annotations

_64 = 2**64 - 1
_STEP = 0x9E37_79B9_7F4A_7C15


class RandomNumbers:
    """SplitMix64 (Steele, Lea, Flood 2014)."""

    def __init__(self, seed: int) -> None:
        """Begin a row of numbers.

        Args:
            seed: any; its last 64 bits tell.
        """
        self._state = seed & _64

    def unit(self) -> float:
        """From 0 on and below 1, in steps of 2⁻⁵³."""
        return (self._next() >> 11) * 2.0**-53

    def below(self, bound: int) -> int:
        """From 0 on and below ``bound``, which is at least 1 and far less than 2⁶⁴."""
        return (self._next() * bound) >> 64

    def _next(self) -> int:
        self._state = (self._state + _STEP) & _64
        mixed = self._state
        mixed = ((mixed ^ (mixed >> 30)) * 0xBF58_476D_1CE4_E5B9) & _64
        mixed = ((mixed ^ (mixed >> 27)) * 0x94D0_49BB_1331_11EB) & _64
        return mixed ^ (mixed >> 31)
