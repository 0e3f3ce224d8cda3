"""Whom Generate asks."""
