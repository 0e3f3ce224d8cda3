"""The wire: signing, endpoints, live socket, picture streams. Knows neither disk nor Qt."""
