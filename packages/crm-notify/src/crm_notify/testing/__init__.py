"""For tests: a contract for backends and an SMTP server that can misbehave."""
