"""Claims of anybody's text, of a stored answer, or of one sentence, held against the library."""
