"""Corner texts: the national exchange text, registration and exploration strings."""
