"""How the question side is trained and calibrated; see README.md."""
