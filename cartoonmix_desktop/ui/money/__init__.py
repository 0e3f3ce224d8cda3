"""What runs cost, in the window."""
