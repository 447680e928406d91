"""Text cut up and looked through: sentences, passages, names and numbers."""
