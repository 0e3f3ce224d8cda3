"""Draws the sandbox's pictures: cartoon portraits and scenes that follow the prompt's words."""

from __future__ import annotations

from cartoonmix_desktop.sandbox.drawing.compose import draw

__all__ = ["draw"]
