"""Who may do what. Every verb asks here, so no form and no raw request gets round it.

An author of None is the site itself: its clock, its commands.
"""

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, User
from django.db.models import Model
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from entries import calling
from entries.domain.refusals import NotAllowed, NotAssigned, NotYours
from entries.models import Entry, Post
from entries.models.post import PostQuerySet

Author = User | None

CONTRIBUTOR, EDITOR, ADMINISTRATOR = "contributor", "editor", "administrator"
ROLES = {
    CONTRIBUTOR: gettext_lazy("contributor"),
    EDITOR: gettext_lazy("editor"),
    ADMINISTRATOR: gettext_lazy("administrator"),
}
WRITE = "entries.add_entry"
PUBLISH = "entries.publish_entry"
MANAGE = "entries.change_post"
ADMINISTRATE = "entries.change_webhook"
GIVE_TOKENS = "entries.add_apitoken"


def may_publish(author: Author) -> bool:
    return author is None or author.has_perm(PUBLISH)


def may_manage(author: Author) -> bool:
    return author is None or author.has_perm(MANAGE)


def posts_of(user: AbstractBaseUser | AnonymousUser) -> PostQuerySet:
    """The posts at whose desks this user may sit."""
    if not isinstance(user, User):
        return Post.objects.none()
    if user.has_perm(PUBLISH):
        return Post.objects.all()
    return Post.objects.filter(contributors=user) if user.has_perm(WRITE) else Post.objects.none()


def require_publishing(author: Author) -> None:
    if not may_publish(author):
        raise _noted(
            "publish",
            author,
            NotAllowed(_("Only editors publish, and change what is published: send your text for approval.")),
        )


def require_managing(author: Author) -> None:
    if not may_manage(author):
        said = _("Only editors make, change, open and end posts: ask one.")
        raise _noted("manage", author, NotAllowed(said))


def require_administrating(author: Author) -> None:
    """For what leaves the site by itself."""
    if author is not None and not author.has_perm(ADMINISTRATE):
        said = _("Only administrators say who is told of changes: ask one.")
        raise _noted("administrate", author, NotAllowed(said))


def require_giving_tokens(author: Author, to: User) -> None:
    """A token does what its account may do: nobody gets one of an account that may do more than they."""
    if author is None or author.is_superuser:
        return
    if to.is_superuser or not author.has_perm(GIVE_TOKENS):
        said = _("Only administrators make and revoke tokens, and a superuser’s only a superuser: ask one.")
        raise _noted("give-tokens", author, NotAllowed(said), to)


def require_writing(author: Author, post: Post) -> None:
    """For a draft in that post."""
    if author is not None and not posts_of(author).filter(pk=post.pk).exists():
        raise _noted("write", author, NotAssigned(post), post)


def may_change(author: Author, entry: Entry) -> bool:
    """An editor every entry; who writes it, their own until it goes out."""
    return may_publish(author) or (
        author is not None and entry.author_id == author.pk and (entry.is_draft or entry.is_submitted)
    )


def require_changing(author: Author, entry: Entry) -> None:
    require_writing(author, entry.post)
    if may_change(author, entry):
        return
    if author is not None and entry.author_id == author.pk:
        require_publishing(author)
    raise _noted("change", author, NotYours(), entry)


def _noted(right: str, author: Author, refusal: NotAllowed, of: Model | None = None) -> NotAllowed:
    """The log has it when what was begun is rolled back."""
    calling.current.get().refuse(right, author, of)
    return refusal
