"""Sources, inquiries, and the log of what was posted."""

from sqlalchemy import BigInteger, Boolean, Column, DateTime, Integer, LargeBinary, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from gardenos_leads.tables import metadata

lead_sources = Table(
    "lead_sources",
    metadata,
    Column("agency_id", Uuid, primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("version", Integer),
    Column("name", Text),
    Column("kind", Text),
    Column("active", Boolean),
    Column("campaign_id", Uuid),
    Column("owner_id", Uuid),
    Column("team_id", Uuid),
    Column("cost_minor", BigInteger),
    Column("cost_currency", Text),
    Column("line_of_business", Text),
    Column("mapping", JSONB),
    Column("answers", JSONB),
    Column("bidding", JSONB(none_as_null=True)),
    Column("form", JSONB(none_as_null=True)),
    Column("senders", ARRAY(Text)),
    Column("made_at", DateTime(timezone=True)),
    Column("changed_at", DateTime(timezone=True)),
)

inquiries = Table(
    "inquiries",
    metadata,
    Column("agency_id", Uuid, primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("lead_id", Uuid),
    Column("person_id", Uuid),
    Column("source_id", Uuid),
    Column("source", Text),
    Column("campaign_id", Uuid),
    Column("cost_minor", BigInteger),
    Column("cost_currency", Text),
    Column("line_of_business", Text),
    Column("external_id", Text),
    Column("consent_text", Text),
    Column("consented_at", DateTime(timezone=True)),
    Column("consent_token", Text),
    Column("source_url", Text),
    Column("inquired_at", DateTime(timezone=True)),
)

lead_source_secrets = Table(
    "lead_source_secrets",
    metadata,
    Column("agency_id", Uuid, primary_key=True),
    Column("source_id", Uuid, primary_key=True),
    Column("secret_hash", Text),
)
"""Of a source's address what it is known by; of a form the key that signs when it was opened."""

lead_posts = Table(
    "lead_posts",
    metadata,
    Column("agency_id", Uuid, primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("source_id", Uuid),
    Column("received_at", DateTime(timezone=True)),
    Column("what", Text),
    Column("fate", Text),
    Column("format", Text),
    Column("bytes", Integer),
    Column("lead_id", Uuid),
    Column("inquiry_id", Uuid),
    Column("ping_id", Uuid),
    Column("reference", Text),
    Column("sender", Text),
    Column("subject", Text),
    Column("price_minor", BigInteger),
    Column("price_currency", Text),
    Column("remarks", JSONB),
    Column("sealed", LargeBinary),
)
"""`sealed` is the request as it came, with its headers and where it came from, under the master key; null once its person is
forgotten. `reference` is the vendor's id of it; `sender` and `subject` are a mail's."""

lead_references = Table(
    "lead_references",
    metadata,
    Column("agency_id", Uuid, primary_key=True),
    Column("source_id", Uuid, primary_key=True),
    Column("digest", LargeBinary, primary_key=True),
    Column("lead_id", Uuid),
    Column("post_id", Uuid),
)
"""Which vendors' ids were captured, by a digest, which tells nobody's id: a post is known again after its person is forgotten."""
