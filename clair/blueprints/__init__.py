"""The doors of the web: one noun a file; each view fetches, acts, commits and answers."""
