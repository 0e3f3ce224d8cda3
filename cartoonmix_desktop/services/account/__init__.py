"""Who asks, whom, and with which version."""
