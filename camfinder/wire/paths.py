"""Paths that an answer from the network suggests: which of them may be asked for at all.

A redirect, a `LOCATION` or a service address is written by the device, or by whoever plays it. No
such text may make us fetch a picture, restart a device, send a password or reach another host.
"""

from urllib.parse import unquote

import re2

MAX_PATH_CHARS = 256

# Everything that acts, shows pictures, or is a known leak. Names and words, not only whole paths:
# firmwares vary them, and refusing a page too many costs nothing.
_NEVER = re2.compile(
    r"(?i)reboot|restart|reset|factory|shutdown|poweroff|halt|upgrade|format|delete|remove"
    r"|snapshot|snap\.|mjpe?g|\.jpe?g|image\.cgi|stream|live\.|video\.|audio|record|playback"
    r"|passwd|password|pwd=|pass=|auth=|user=|username|sessionlogin|rpc2|login\.cgi|logout"
    r"|current_config|configurationfile|main-cgi|device\.rsp|web_caps|onvif-http|tmpfs|/proc/"
    r"|weblanguage|pw_init|set[a-z]*\.cgi|action=set|save|write|restore|\.\./"
)


def is_safe(path: str) -> bool:
    """The path (query included) may be asked for with a plain GET or an anonymous ONVIF call.

    Printable ASCII without blanks, at most `MAX_PATH_CHARS` long, absolute, and nothing in it of
    what acts on a device, shows pictures, carries accounts or leaks them.
    """
    if not path.startswith("/") or path.startswith("//") or len(path) > MAX_PATH_CHARS:
        return False
    if not path.isascii() or not path.isprintable() or " " in path:
        return False
    return not any(_NEVER.search(text) for text in (path, unquote(path), unquote(unquote(path))))
