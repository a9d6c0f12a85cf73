"""Posts and videos of other sites, by the address that an editor pastes: what it is, its player, what its site tells.

No database here. `domain.embeds` keeps what was learned.
"""

from entries.embedding.learning import Learned, look_up
from entries.embedding.providers import Link, is_player, recognise

__all__ = ["Learned", "Link", "is_player", "look_up", "recognise"]
