"""The index: what lies in Chroma, what is derived from it, and how both are written and kept well."""
