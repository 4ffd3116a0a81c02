"""Single sign-on by OpenID Connect: an agency's own provider vouches for its people.

- `tables`: what an agency settled, whose accounts at the provider are whose here, and who is on the way;
- `reaching`: how a provider is reached, whose address somebody typed in;
- `providers`: what a provider says of itself and of people, and whether that holds;
- `settling`: what owners and admins settle;
- `rules`: when a password is not enough;
- `entering`: the way out to the provider and back, and who somebody is whom it vouches for.
"""
