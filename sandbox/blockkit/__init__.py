"""Block Kit as Slack judges it: `check_message`, `check_view` and `check_options` raise `Refusal` or return nothing.

The rule for one block stands in `blocks`, for one element in `elements`, for texts and options in `composition`,
for formatted text in `rich_text`, for charts in `charts`; what holds for a whole message or view stands in `message`
and `view`. `verdict` puts what was found into Slack's words.
"""

from sandbox.blockkit.message import check_message
from sandbox.blockkit.options import check_options
from sandbox.blockkit.view import check_view

__all__ = ["check_message", "check_options", "check_view"]
