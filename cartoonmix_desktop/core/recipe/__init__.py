"""What is asked for: inputs, requests, and recipes in every form they come in."""
