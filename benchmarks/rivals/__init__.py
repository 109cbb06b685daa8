"""The systems of ``benchmarks.retrieval``, ours and others, behind one protocol."""
