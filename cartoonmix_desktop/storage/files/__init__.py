"""Pictures, thumbnails and what else lies in the library."""
