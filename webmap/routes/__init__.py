"""The addresses of the server, one module for each kind."""

from webmap.routes import health, layers, pages, reports, vet

ROUTERS = (pages.router, vet.router, reports.router, layers.router, health.router)
