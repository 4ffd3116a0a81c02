"""Stores, relays, consumers and their bus under faults, in one process and in an order that a seed decides.

PostgreSQL, the event store, the relay, the application of events and the feed are the real ones. Only the bus and the
clock are made here, because a test must decide what they do.
"""
