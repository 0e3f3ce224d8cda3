"""The history as a grid of pictures."""
