"""What other programs speak with: REST, OpenAI's protocol, MCP; with one queue, one guard, and figures to watch."""
