//! What OTLP means here: series, contact and progress of agents, and LLM usage counted once.
