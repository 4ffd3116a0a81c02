"""Mail: a letter is put down in the transaction that wants it, sent by a durable job, and gone once it is sent.

if mail.is_set:
    await mail.post(work.session, Letter(to=…, subject=…, paragraphs=(…,), link=("Join", mail.link("/join#" + token))),
                    because_of=work.context)
"""

from gardenos_identity.mail.letter import Letter, Link
from gardenos_identity.mail.post import SEND, Mail

__all__ = ["SEND", "Letter", "Link", "Mail"]
