"""Automatic distribution (PRODUCT 12–20): order, queue and the engine that decides."""
