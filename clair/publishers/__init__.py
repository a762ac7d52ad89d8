"""What leaves Clair for others: what is sent is made by pure functions, one client each sends it."""
