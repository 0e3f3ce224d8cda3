"""Where the library is."""
