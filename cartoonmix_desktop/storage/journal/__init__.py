"""The journal on the disk: written beside the history, read when that is lost."""
