"""Documents that are written from the code: the HTTP API's and the events'."""
