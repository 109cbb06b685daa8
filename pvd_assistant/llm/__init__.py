"""A language model behind an OpenAI-compatible server: asked only when ``llm_url`` is set."""
