"""Pure functions on values: nothing here knows a database, a clock or a request."""
