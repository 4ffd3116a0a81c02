"""What signing in is made of.

- `tickets`: the secrets that people carry, of which we keep hashes;
- `limits`: how often a password or code may be tried;
- `second_factor`: codes of an authenticator app, and recovery codes;
- `sealing`: secrets that must be read again, under the master key;
- `passwords_anew`: a password that is changed, or was forgotten.
"""
