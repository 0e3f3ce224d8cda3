"""The panel on the right."""
