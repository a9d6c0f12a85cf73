"""What is kept, within so many bytes: the least lately used goes first. Belongs to the event loop."""

from collections import OrderedDict, deque
from collections.abc import Iterable

from entries.edge.kept import Kept

# Host, scheme as a proxy tells it, path and query; and the values of what an answer varies by.
type Address = tuple[bytes, bytes, bytes, bytes]
type Choice = tuple[Address, tuple[bytes, ...]]

REMEMBERED = 1000  # drops, and addresses of which nothing is kept any more


class Store:
    def __init__(self, limit: int) -> None:
        """`limit`: bytes."""
        self.limit = limit
        self.size = 0
        self.drops = 0
        self._kept: OrderedDict[Choice, Kept] = OrderedDict()
        # By which request headers the answers of an address are chosen, as the last one said.
        self._vary: OrderedDict[Address, tuple[bytes, ...]] = OrderedDict()
        self._by_key: dict[str, set[Choice]] = {}
        self._dropped: deque[tuple[int, frozenset[str]]] = deque(maxlen=REMEMBERED)

    def __len__(self) -> int:
        return len(self._kept)

    @property
    def keys(self) -> set[str]:
        """All by which something is kept."""
        return set(self._by_key)

    def vary(self, address: Address) -> tuple[bytes, ...]:
        return self._vary.get(address, ())

    def get(self, choice: Choice) -> Kept | None:
        kept = self._kept.get(choice)
        if kept is not None:
            self._kept.move_to_end(choice)
        return kept

    def put(self, choice: Choice, kept: Kept, *, since: int) -> None:
        """`since`: what `drops` was when the answer was asked for. What was dropped meanwhile may make it old."""
        self.remove(choice)
        if kept.size > self.limit // 2:
            return
        kept.is_dropped = self._was_dropped(kept.terms.keys, since)
        while self.size + kept.size > self.limit:
            self.remove(next(iter(self._kept)))
        self._kept[choice] = kept
        self._vary[choice[0]] = kept.terms.vary
        while len(self._vary) > 2 * len(self._kept) + REMEMBERED:
            self._vary.popitem(last=False)
        self.size += kept.size
        for key in kept.terms.keys:
            self._by_key.setdefault(key, set()).add(choice)

    def drop(self, keys: Iterable[str]) -> None:
        """What has one of these keys is asked for anew before it is shown again."""
        keys = frozenset(keys)
        self.drops += 1
        self._dropped.append((self.drops, keys))
        for key in keys:
            for choice in self._by_key.get(key, ()):
                self._kept[choice].is_dropped = True

    def remove(self, choice: Choice) -> None:
        kept = self._kept.pop(choice, None)
        if kept is None:
            return
        self.size -= kept.size
        for key in kept.terms.keys:
            others = self._by_key[key]
            others.discard(choice)
            if not others:
                del self._by_key[key]

    def _was_dropped(self, keys: frozenset[str], since: int) -> bool:
        if self.drops - since > REMEMBERED:
            return True
        return any(number > since and keys & dropped for number, dropped in self._dropped)
