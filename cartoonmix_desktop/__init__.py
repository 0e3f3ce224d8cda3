"""CartoonMix Desktop: generate, keep and find CartoonMix pictures."""

PROGRAM = "CartoonMix Desktop"
__version__ = "0.1.0"
