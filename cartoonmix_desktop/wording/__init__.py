"""Every text that a person reads. Free of Qt."""
