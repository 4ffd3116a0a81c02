"""`gardenos new`: projects of other teams, outside this repository, from the project in `template/`."""
