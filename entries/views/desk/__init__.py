"""The editors' page for one post and all that it asks for. The admin mounts it; the domain judges each request."""
