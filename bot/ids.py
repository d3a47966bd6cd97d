"""The names by which Slack hands our buttons, forms and menus back to us; each stands here once."""

COMMAND = "/failure"

# Buttons. Their `value` says what they are about; it is checked again when the button is pressed.
OPEN_ENTRY = "open_entry"
CONFIRM = "confirm_suggestion"
REJECT = "reject_suggestion"
UNDO = "undo_verdict"
OUTDATED = "mark_outdated"
CONTINUE_WRITEUP = "continue_writeup"
START_WRITEUP = "start_writeup"
VERIFY = "verify_review"
SNOOZE = "snooze_review"
NEEDS_CHANGE = "needs_change"

# Forms.
WRITEUP_FORM = "writeup_step"
NEEDS_CHANGE_FORM = "needs_change_form"

# The one action id that every field of a form has; fields are told apart by their block id.
ANSWER = "answer"

# Metadata of the messages we post, by which a message is found again after a crash.
MESSAGE_EVENT = "faultline_message"
