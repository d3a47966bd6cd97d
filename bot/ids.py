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

NEW_ENTRY = "new_entry"
EDIT_ENTRY = "edit_entry"
EDIT_SECTION = "edit_section"  # and, behind a colon, which one: action ids are unique within a view
EDIT_ITEM = "edit_item"
REMOVE_ITEM = "remove_item"
TAKE_STEP = "take_step"
SEND_AMENDMENT = "send_amendment"
DISCARD_AMENDMENT = "discard_amendment"
OPEN_HISTORY = "open_history"
COMPARE_BEFORE = "compare_before"
COMPARE_AFTER = "compare_after"
RESTORE = "restore_revision"
SHOW_TAB = "show_tab"
SUGGEST = "suggest_correction"
CHOOSE_FIELD = "choose_field"
APPROVE_AMENDMENT = "approve_amendment"
DECLINE_AMENDMENT = "decline_amendment"
EDIT_AMENDMENT = "edit_amendment"
OPEN_AMENDMENT = "open_amendment"
MERGE = "merge_entry"
PUBLISH = "publish_entry"

APPROVE_SIGN_OFF = "approve_sign_off"
REQUEST_CHANGES = "request_changes"
WHOLE_SIGN_OFF = "open_sign_off"

# Forms.
REQUEST_CHANGES_FORM = "request_changes_form"
NEW_ENTRY_FORM = "new_entry_form"
SECTION_FORM = "section_form"
SEND_FORM = "send_amendment_form"
RESTORE_FORM = "restore_form"
SUGGEST_FORM = "suggest_form"
DECLINE_FORM = "decline_amendment_form"
AMENDMENT_FORM = "edit_amendment_form"
MERGE_FORM = "merge_form"
STEP_FORM = "step_reason_form"
WRITEUP_FORM = "writeup_step"
NEEDS_CHANGE_FORM = "needs_change_form"

# The one action id that every field of a form has; fields are told apart by their block id.
ANSWER = "answer"

# Metadata of the messages we post, by which a message is found again after a crash.
MESSAGE_EVENT = "faultline_message"
