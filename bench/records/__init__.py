"""Parts of the benchmark of statements."""
