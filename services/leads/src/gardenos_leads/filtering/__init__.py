"""What a list is narrowed to, said as JSON and read into SQL: `grammar` reads it, `compiling` writes it."""
