"""Personal fields sealed with a key per person, and people forgotten by the end of their key.

- `keys`: a person's key, wrapped by the master key;
- `fields`: what the store keeps of an event, and what it gives back;
- `people`: the keys by which a transaction seals what it appends;
- `forgetting`: the end of a key, and what is told of the person afterwards.
"""
