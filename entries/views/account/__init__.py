"""Logging in, and what an account sees of itself. The admin mounts it."""
