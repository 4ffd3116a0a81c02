"""Every operation of every service, tried by one agency on another's things: cases made from what the services document."""
