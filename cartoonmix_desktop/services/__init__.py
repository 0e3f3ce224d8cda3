"""The work between wire and disk: submit, follow, fetch, keep. Async and free of Qt."""
