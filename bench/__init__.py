"""The product's figures, measured beside a peer in the same run: ``python -m bench``."""
