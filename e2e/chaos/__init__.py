"""The platform on real parts under faults: every service a process, a load that keeps a ledger, and a verdict."""
