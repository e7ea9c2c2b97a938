"""The manners of the service, as plain ASGI classes around the routes."""
