"""The HTTP interface: log-in, accounts, places, tenders, documents, sessions and what each may
see.
"""

from evalroom.api.application import api_app
from evalroom.api.log_pipe import LogFigures
from evalroom.api.logs import configure_logs
from evalroom.api.metrics import metrics_app
from evalroom.api.parts import Parts

__all__ = ["LogFigures", "Parts", "api_app", "configure_logs", "metrics_app"]
