"""Standard Webhooks: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md"""

import base64
import hashlib
import hmac
import secrets
from datetime import datetime

from entries.models import Webhook

PREFIX = "whsec_"


def new_secret() -> str:
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def signed(webhook: Webhook, message: str, body: bytes, at: datetime) -> dict[str, str]:
    """The headers for `body`. While a secret is new, the former one signs beside it."""
    known = [webhook.secret]
    if webhook.former_until and at < webhook.former_until:
        known.append(webhook.former_secret)
    second = int(at.timestamp())
    content = b".".join([message.encode(), str(second).encode(), body])
    return {
        "webhook-id": message,
        "webhook-timestamp": str(second),
        "webhook-signature": " ".join(f"v1,{_signature(secret, content)}" for secret in known),
    }


def _signature(secret: str, content: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(PREFIX))
    return base64.b64encode(hmac.digest(key, content, hashlib.sha256)).decode()
