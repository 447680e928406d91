"""Papers to an answer whose every sentence names what it rests on."""
