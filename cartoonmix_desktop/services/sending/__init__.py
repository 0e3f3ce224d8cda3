"""From the click to the pictures on the disk."""
