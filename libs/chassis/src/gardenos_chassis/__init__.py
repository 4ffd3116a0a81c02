"""The microservice chassis: how any GardenOS service stores, publishes, consumes, serves, is secured and observed."""
