"""Prometheus, and what speaks its API: Mimir, Thanos, VictoriaMetrics."""

from providers.prometheus.client import PrometheusClient
from providers.prometheus.models import BuildInfo, InstantResult, MetricInfo, MetricType, Target

__all__ = ["BuildInfo", "InstantResult", "MetricInfo", "MetricType", "PrometheusClient", "Target"]
