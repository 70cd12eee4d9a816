"""What is killed runs in a process of its own."""

collect_ignore = ["killed.py"]
