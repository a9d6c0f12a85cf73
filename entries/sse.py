"""Server-sent events: https://html.spec.whatwg.org/multipage/server-sent-events.html"""

CONTENT_TYPE = "text/event-stream"
HEARTBEAT = b":\n\n"


def opening(seq: int, retry: int) -> bytes:
    """Sets where a reader resumes who is cut off before the first event, and after how many milliseconds."""
    return f"retry: {retry}\nid: {seq}\n\n".encode()


def event(data: bytes, seq: int) -> bytes:
    """`data` is one line."""
    return b"id: %d\ndata: %b\n\n" % (seq, data)
