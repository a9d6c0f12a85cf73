from django import template
from django.contrib.auth.base_user import AbstractBaseUser

from entries.domain.rights import posts_of
from entries.models import Post

register = template.Library()
SHOWN = 12


@register.simple_tag
def open_desks(user: AbstractBaseUser) -> list[Post]:
    """Posts that this editor may be writing in now, the live ones first."""
    return list(posts_of(user).open_for_updates().newest_first()[:SHOWN])
