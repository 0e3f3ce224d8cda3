"""What a person looks for, and what was found."""
