"""The pictures on the disk: kept, moved, found again, thrown away."""
