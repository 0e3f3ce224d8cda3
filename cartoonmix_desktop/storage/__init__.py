"""The disk: database, pictures, thumbnails, settings, keyring. Knows neither wire nor Qt."""
