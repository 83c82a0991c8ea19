"""Backends shipped with crm-notify, and the base for your own."""
