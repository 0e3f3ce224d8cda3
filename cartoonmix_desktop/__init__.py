"""CartoonMix Desktop: generate, keep and find CartoonMix pictures."""

__version__ = "0.1.0"
