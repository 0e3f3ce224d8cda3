"""What is known of each task, and what a person did to it."""
