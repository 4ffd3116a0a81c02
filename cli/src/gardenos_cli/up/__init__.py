"""`gardenos up`: PostgreSQL, Kafka, six services and the web client on one machine, from nothing."""
