"""What survives the history: every recipe, mark and charge as lines of text beside the pictures."""
