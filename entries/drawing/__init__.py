"""Cards that are drawn for links which have no picture of their own."""
