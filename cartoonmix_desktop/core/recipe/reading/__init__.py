"""Small readers of what one family of tools writes into pictures each."""
