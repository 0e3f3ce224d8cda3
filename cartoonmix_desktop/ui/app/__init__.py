"""The process: Qt, the loop, one instance, crashes."""
