"""What runs cost: known before the click, added up after it."""
