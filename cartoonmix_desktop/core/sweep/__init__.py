"""Many runs at once: the values of each axis, rows of a table, and what tells them apart."""
