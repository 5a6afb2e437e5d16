"""What a page may load, written into its head: its own files, and no script that the build did not put there.

A policy of this kind stops what slipped through everything else: a script in an output of a notebook, a
request to another place. Styles may stand in the page: formulas and figures have theirs in attributes.
"""

import base64
import hashlib
import re

INLINE = re.compile(r"<script(?![^>]*\bsrc=)[^>]*>(.*?)</script>", re.DOTALL)
CHARSET = re.compile(r"<meta charset=[^>]*>")
PRINT = 'onclick="window.print()"'  # an attribute is a script, too; page.js listens in its place
RULES = (
    "default-src 'none'",
    "script-src 'self' {scripts}",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
)


def guard(text: str) -> str:
    """A finished page with its policy, which names each script inside it by its hash.

    Args:
        text: of the page.
    """
    text = text.replace(PRINT, "data-print")
    hashes = sorted({digest(script) for script in INLINE.findall(text)})
    policy = "; ".join(RULES).format(scripts=" ".join(hashes)).replace(" ;", ";")
    meta = f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    return CHARSET.sub(lambda found: f"{found[0]}\n{meta}", text, count=1)


def digest(script: str) -> str:
    """The hash of a script as a policy has it."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"
