"""The models that are run, each library known to one file: embedding, reranking, language models."""
