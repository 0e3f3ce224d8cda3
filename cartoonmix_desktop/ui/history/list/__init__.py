"""The history as a list of tasks."""
