"""Full-text search over what people may see: our own tokens, one interface, two databases."""
