"""What runs cost, in words."""
