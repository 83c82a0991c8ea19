"""Business events of the customer: one function each, atomic, with the audit row inside."""
