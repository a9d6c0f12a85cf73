"""What the site, its tests and its measurements are installed from: pinned, hashed, and of which licences."""
