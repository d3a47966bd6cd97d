"""The tables.

entry            a failure mode: its document, and beside it the few columns that queries need
├── revision     every state the entry ever had, with author and reason; rows are only ever added
├── amendment    a proposed change of a published entry, until a steward decides
├── sign_off     a colleague of some discipline is asked for an approval
│   └── remark   what was said about it, in threads
├── occurrence   a dated, local case of the failure mode
├── exposure     who was shown the entry, and when last
└── notice       a change that somebody is still to be told of
subscription     who follows an entry, a domain or a tag
audit            who did what, before and after; the database itself refuses to change a row
link_check       whether an evidence link answered, and when it was asked
channel          a Slack channel we know, and whether we listen there
incident         what happens in one channel (or one thread of it)
├── evidence     the messages that speak for or against a failure mode
├── suggestion   an entry shown for the incident, and what people said of it
├── mark         a message that somebody wants on the write-up's timeline
├── example      masked words of it that people confirmed to be about an entry, or not to be
├── incident_time  when it was detected, matched, mitigated …, and how that is known
├── drill        where it is practice: what is played, and what was measured
└── run          one remedy of an entry, carried out by people
    ├── run_step     a step of its checklist, who checked it and when
    ├── run_event    what else happened in it, in order
    ├── escalation   whom it asks for help, in order, and when
    └── run_outcome  whether it helped, in the words of those who ran it
gap              a search that found nothing
writeup          an after-action write-up on its way into the catalog
├── writeup_answer  every answer ever given to it
├── writeup_unsent  what somebody typed into one of its forms and did not send
├── writeup_moment  a point of its timeline
└── follow_up    what is done about it, by whom and until when
review           when an entry is due to be verified by a person
├── nudge          who was told of which due date in which step, and by which message
└── review_answer  what a person answered, kept for ever
steward          when somebody who is asked for reviews is away, and the secret of their calendar
owed_message     a message that the bot owes somebody (the outbox)
posting_turn     when a process last posted to a channel, so that all together keep the pace
received_event   Slack's event ids, so that a redelivered event acts once
submission       the forms already taken, so that a repeated submission acts once
counter          the last number given out, by name
"""

from store.models.base import Base
from store.models.catalog import (
    AmendmentRow,
    AuditRow,
    EntryRow,
    ExposureRow,
    LinkCheckRow,
    NoticeRow,
    OccurrenceRow,
    RemarkRow,
    RevisionRow,
    SignOffRow,
    SubscriptionRow,
)
from store.models.delivery import CounterRow, OwedMessageRow, PostingTurnRow, ReceivedEventRow, SubmissionRow
from store.models.incidents import (
    ChannelRow,
    DrillRow,
    EvidenceRow,
    ExampleRow,
    GapRow,
    IncidentRow,
    IncidentTimeRow,
    SuggestionRow,
)
from store.models.reviews import NudgeRow, OwnershipGapRow, ReviewAnswerRow, ReviewRow, StewardRow
from store.models.runs import EscalationRow, RunEventRow, RunOutcomeRow, RunRow, RunStepRow
from store.models.writeups import FollowUpRow, MarkRow, MomentRow, UnsentRow, WriteUpAnswerRow, WriteUpRow

__all__ = [
    "AmendmentRow",
    "AuditRow",
    "Base",
    "ChannelRow",
    "CounterRow",
    "DrillRow",
    "EntryRow",
    "EscalationRow",
    "EvidenceRow",
    "ExampleRow",
    "ExposureRow",
    "FollowUpRow",
    "GapRow",
    "IncidentRow",
    "IncidentTimeRow",
    "LinkCheckRow",
    "MarkRow",
    "MomentRow",
    "NoticeRow",
    "NudgeRow",
    "OccurrenceRow",
    "OwedMessageRow",
    "OwnershipGapRow",
    "PostingTurnRow",
    "ReceivedEventRow",
    "RemarkRow",
    "ReviewAnswerRow",
    "ReviewRow",
    "RevisionRow",
    "RunEventRow",
    "RunOutcomeRow",
    "RunRow",
    "RunStepRow",
    "SignOffRow",
    "StewardRow",
    "SubmissionRow",
    "SubscriptionRow",
    "SuggestionRow",
    "UnsentRow",
    "WriteUpAnswerRow",
    "WriteUpRow",
]
