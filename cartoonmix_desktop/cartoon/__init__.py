"""Draws cartoon portraits and scenes that follow the words of a prompt."""
