"""The faces for programs, over the same assistant: REST, OpenAI-compatible, MCP."""
