"""What the client commands share: who is signed in, requests, and how answers are shown."""
