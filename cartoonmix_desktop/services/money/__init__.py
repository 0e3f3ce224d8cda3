"""What runs cost: known before the click."""
