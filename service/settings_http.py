"""Settings of the service's manners on the wire: limits, sharing, logs."""

from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings


class HttpSettings(BaseSettings):
    """Part of :class:`service.settings.Settings`; see :mod:`service.sharing`."""

    cors_origins: tuple[str, ...] = ()
    """Origins whose pages may read the answers, as a JSON list; ``["*"]`` for all."""
    max_requests: int = Field(default=256, ge=1)
    """Requests answered at the same time; more are refused with 503."""
    max_connections: int = Field(default=16_000, ge=1)
    """Connections open at the same time; more are refused with 503. Fewer where the
    system lets a process open fewer files."""
    max_heavy: int = Field(default=4, ge=1)
    """Overlays, zonal tables and maps computed at the same time."""
    request_seconds: float = Field(default=120, gt=0)
    """Time in which an answer must begin; 503 after it."""
    slow_client_seconds: float = Field(default=20, gt=0)
    """Patience with a client that neither sends nor reads."""
    shutdown_seconds: int = Field(default=20, ge=0)
    """Time that running requests have to end when the service is stopped."""
    max_body_bytes: int = Field(default=50_000_000, ge=1)
    """Largest body of a request; 413 above."""
    max_header_bytes: int = Field(default=32_768, ge=1024)
    """Largest head of a request; 431 above."""
    address_rate: float = Field(default=50, ge=0)
    """Requests per second of one address without a key; 0 for no limit."""
    address_burst: int = Field(default=500, ge=1)
    """Requests that one address may make at once."""
    key_rate: float = Field(default=200, ge=0)
    """Requests per second of one key; 0 for no limit."""
    key_burst: int = Field(default=2000, ge=1)
    """Requests that one key may make at once."""
    limit_loopback: bool = False
    """Whether callers on the same machine are held to the rate of an address."""
    trusted_proxies: str = "127.0.0.1"
    """Addresses whose ``X-Forwarded-For`` is believed, with commas between."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """Least level that is logged; a line per request is ``info``."""
