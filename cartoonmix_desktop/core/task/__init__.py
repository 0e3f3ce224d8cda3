"""What became of a request: its task, at the server and here."""
