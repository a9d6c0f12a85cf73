"""What the API takes and gives. Field names are the contract: a new one may come, none goes within a version."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictStr

from entries.api.values import ABSENT, Address, Confidence, GivenInstant, Hold, Instant, Uid, Version


class Feeds(BaseModel):
    rss: Address
    atom: Address
    json_feed: Address


class Series(BaseModel):
    """A running story: many posts, in order."""

    slug: str
    title: str
    description: str
    url: Address = Field(description="Its page for readers.")
    posts_url: Address = Field(description="Its posts, in this API.")
    posts: int = Field(description="How many of its posts are public.")
    first_day: str = Field(json_schema_extra={"format": "date"})
    last_day: str = Field(json_schema_extra={"format": "date"})
    feeds: Feeds


class SeriesOfPost(BaseModel):
    slug: str
    title: str
    url: Address


class Map(BaseModel):
    """The picture under a post's headline."""

    url: Address
    width: int
    height: int
    alt: str = Field(description="What it shows, for those who cannot see it.")
    caption: str
    credit: str


class Post(BaseModel):
    """One live blog."""

    uid: Uid = Field(description="Its identity for life, in feeds too.")
    slug: str
    url: Address
    headline: str
    standfirst: str
    byline: str
    authors: list[str] = Field(description="The names in its byline.")
    date: str = Field(description="The day it is about.", json_schema_extra={"format": "date"})
    state: Literal["live", "ended"]
    seq: int = Field(description="The number of its last change, of its entries' changes too.")
    published_at: Instant | None
    ended_at: Instant | None
    changed_at: Instant
    next_update_at: Instant | None = Field(description="By when readers are promised the next update.")
    related: list[str] = Field(description="The lines above the map, each as inline HTML.")
    map: Map | None
    credit: str = Field(description="The credit line, with a map or without one.")
    series: SeriesOfPost | None
    feeds: Feeds
    stream_url: Address = Field(description="Its changes as server-sent events.")
    changes_url: Address = Field(description="Its changes in this API, from the first.")
    entries_url: Address = Field(description="Its entries in this API.")


class Successor(BaseModel):
    id: int
    url: Address
    label: str


class Entry(BaseModel):
    """A timestamped text inside a post, as it is now."""

    is_removed: Literal[False]
    id: int
    uid: Uid = Field(description="Its identity for life, in feeds too.")
    post: str = Field(description="The slug of its post.")
    url: Address
    label: str = Field(examples=["UPDATE 1716 GMT:"])
    kind: Literal["original", "update"]
    topic: str
    html: str = Field(description="Clean HTML, its addresses absolute. Embeds are figures with a link.")
    text: str = Field(description="The same without markup.")
    byline: str
    authors: list[str] = Field(description="The names in its byline, else in its post's.")
    confidence: Confidence | None = Field(description="How sure the newsroom is, where it says so.")
    is_key: bool = Field(description="A key moment.")
    is_pinned: bool
    published_at: Instant = Field(description="The time in its label.")
    modified_at: Instant
    edited_at: Instant | None = Field(description="When its text was last changed, if it was.")
    seq: int = Field(description="The post's change number at this entry's last change.")
    superseded_by: Successor | None = Field(description="A newer update that says it better.")


class Tombstone(BaseModel):
    """An entry that was removed: nothing of its text is told."""

    is_removed: Literal[True]
    id: int
    uid: Uid
    post: str
    url: Address
    seq: int
    removed_at: Instant
    removal_reason: str


class SeriesPage(BaseModel):
    next: Address | None = Field(description="Where it goes on; null at the end.")
    items: list[Series]


class PostPage(BaseModel):
    next: Address | None = Field(description="Where it goes on; null at the end.")
    items: list[Post]


class EntryPage(BaseModel):
    next: Address | None = Field(description="Where it goes on; null at the end.")
    items: list[Entry]


class Changes(BaseModel):
    seq: int = Field(description="Ask again with this.")
    since: int
    is_reset: bool = Field(description="This `since` cannot be gone on from: read post and entries anew.")
    state: Literal["live", "ended"]
    poll: int = Field(description="In how many seconds to ask again.")
    post: Post | None = Field(description="The post, where its own lines changed.")
    entries: list[Entry | Tombstone] = Field(description="In the order in which they last changed.")


class WrittenEntry(BaseModel):
    """An entry as its newsroom has it, out or not."""

    id: int
    uid: Uid
    post: str
    url: Address | None = Field(description="Its page, while readers have it.")
    label: str
    kind: Literal["original", "update"]
    state: Literal["draft", "submitted", "scheduled", "held", "published"]
    version: int = Field(description="Counts its texts: the `base_version` of the next change.")
    seq: int = Field(description="0 before it is out.")
    source: str = Field(description="As it was written.")
    html: str = Field(description="As readers get it.")
    topic: str
    byline: str
    confidence: Confidence | None
    is_key: bool
    is_pinned: bool
    published_at: Instant | None
    held_until: Instant | None
    edited_at: Instant | None
    is_removed: bool
    removed_at: Instant | None
    removal_reason: str


# Not given, which null is not: it stays as it is.
_STAYS: Any = Field(default=ABSENT)
_HOLD: Any = Field(default=10, description="For `hold`: how long it can be taken back.")


class NewEntry(BaseModel):
    model_config = ConfigDict(extra="forbid")

    source: StrictStr = Field(
        description="HTML as editors write it, or plain text; it is cleaned. The address of a post or a video in a "
        "paragraph of its own becomes an embed.",
        examples=["<p>The gate is open.</p>"],
    )
    published_at: GivenInstant | None = Field(default=None, description="The time in its label; now, if none is given.")
    topic: StrictStr = ""
    byline: StrictStr = ""
    confidence: Confidence | None = None
    is_key: StrictBool = False
    is_pinned: StrictBool = False
    state: Literal["publish", "hold", "schedule", "draft", "submit"] = Field(
        default="publish",
        description="`publish`: at once, or at `published_at` if that is still to come. `hold`: after `hold_seconds`. "
        "`schedule`: at `published_at`. `submit`: for an editor's approval.",
    )
    hold_seconds: Hold = _HOLD


class ChangedEntry(BaseModel):
    """What is not given stays as it is."""

    model_config = ConfigDict(extra="forbid")

    base_version: Version = Field(description="The `version` of the text that you had before you.")
    source: StrictStr = _STAYS
    published_at: GivenInstant = _STAYS
    topic: StrictStr = _STAYS
    byline: StrictStr = _STAYS
    confidence: Confidence | None = _STAYS
    is_key: StrictBool = _STAYS
    is_pinned: StrictBool = _STAYS
    state: Literal["publish", "hold", "schedule", "draft", "submit"] = Field(
        default=ABSENT,
        description="What is to become of an entry that is not out yet; `publish` is the approval of a submitted one.",
    )
    hold_seconds: Hold = _HOLD


class Removal(BaseModel):
    model_config = ConfigDict(extra="forbid")

    reason: StrictStr = Field(default="", description="Told to readers.")


class Problem(BaseModel):
    """RFC 9457."""

    type: Literal["about:blank"]
    title: str
    status: int
    detail: str = Field(description="What is wrong, and what to do.")


class Fault(BaseModel):
    place: Literal["path", "query", "header", "body"]
    field: str
    message: str


class Invalid(Problem):
    errors: list[Fault] = Field(
        description="What is wrong with which field; empty where the text as a whole is refused."
    )


class Conflict(Problem):
    """Where another text was saved meanwhile, both are here."""

    version: int | None = Field(description="The `base_version` with which yours would take its place.")
    theirs: str | None
    yours: str | None


class Gone(Problem):
    entry: Tombstone
