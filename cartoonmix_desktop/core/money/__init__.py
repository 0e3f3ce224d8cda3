"""What runs cost: amounts, prices and what is expected of a charge."""
