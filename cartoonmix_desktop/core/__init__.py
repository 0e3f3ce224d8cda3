"""What things are: requests, tasks, statuses, errors. No input or output, no Qt, no asyncio."""
