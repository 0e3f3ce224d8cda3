"""The field that prompts are written in."""
