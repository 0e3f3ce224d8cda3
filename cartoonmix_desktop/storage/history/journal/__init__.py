"""What the history tells the journal."""
