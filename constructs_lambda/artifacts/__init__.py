"""What is in a Lambda package, read without running or unpacking it."""
