"""The picture alone on the whole screen."""
