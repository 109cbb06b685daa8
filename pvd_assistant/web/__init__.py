"""The web face: a Gradio chat inside a FastAPI application of ours, its sources and documents."""
