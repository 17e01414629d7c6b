"""The HTTP interface: log-in, accounts, places, tenders, documents, sessions and what each may
see.
"""

from evalroom.api.application import api_app
from evalroom.api.logs import configure_logs
from evalroom.api.metrics import metrics_app
from evalroom.api.parts import Parts, Revocation

__all__ = ["Parts", "Revocation", "api_app", "configure_logs", "metrics_app"]
