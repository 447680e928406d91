"""The page: ask, and see what every sentence rests on."""
