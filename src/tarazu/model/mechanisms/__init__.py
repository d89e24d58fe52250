"""One mechanism per file: its parameters, and one function that declares what it does."""
