"""The prompt as a text that is worked on: its variants."""
