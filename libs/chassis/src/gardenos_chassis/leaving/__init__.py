"""An agency that leaves: all that is its own handed out, and erased.

- `archive`: a zip archive that is sent while it is made;
- `tables`: which tables hold what is an agency's, and what of them is handed to nobody;
- `export`: an agency's history and tables of one service, with a manifest;
- `erasing`: nothing of an agency's that can be read is left.
"""
