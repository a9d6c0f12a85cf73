"""Django's sessions in a table of the newsroom's own, so that an account can see where it is logged in."""

from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore

from entries.models import Login

_FACTS = ("agent", "address", "made_at", "seen_at")


class SessionStore(DatabaseStore):
    """`row` is what was read of the table, if anything was; `facts` is what the request says of a new one."""

    row: Login | None = None
    facts: dict[str, str] = {}  # of each request, put in its place

    @classmethod
    def get_model_class(cls) -> type[Login]:
        return Login

    def load(self) -> dict[str, Any]:
        self.row = self._get_session_from_db()  # type: ignore[attr-defined]  # unknown to the stubs
        return self.decode(self.row.session_data) if self.row else {}

    def create_model_instance(self, data: dict[str, Any]) -> Login:
        row = super().create_model_instance(data)
        assert isinstance(row, Login)  # noqa: S101
        row.user_id = data.get(SESSION_KEY)
        if self.row is None:
            row.agent, row.address = self.facts.get("agent", ""), self.facts.get("address", "")
        else:
            self._carry_over(self.row, row)
        self.row = row
        return row

    def _carry_over(self, before: Login, row: Login) -> None:
        for name in _FACTS:
            setattr(row, name, getattr(before, name))
        if before.session_key == row.session_key:  # else the old row is still there
            row.uid = before.uid

    def flush(self) -> None:
        self.row = None
        super().flush()
