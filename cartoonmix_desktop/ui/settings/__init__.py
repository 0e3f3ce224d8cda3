"""Settings, About, Licences."""
