"""Real servers for the tests, started in temporary directories and stopped with them."""
