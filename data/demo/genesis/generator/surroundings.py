"""Feature flags, health document and environment snapshot of the staging environment."""

import json
from datetime import datetime, timedelta
from typing import Any

_ALL = 100
_PLAN = [5, 10, 25, 50, 75, 100]

_CRITICAL = {
    "orchestration_enabled": "Master orchestration switch",
    "security_hardening_enabled": "Security features (auth, prompt shields, DoS)",
    "llm_integration_enabled": "LLM-based orchestration decisions",
    "error_handling_enabled": "Circuit breaker, retry, graceful degradation",
    "otel_enabled": "OpenTelemetry tracing and metrics",
    "performance_optimizations_enabled": "Cached routing, indexed rules, batched planning",
    "reward_learning_enabled": "Adaptive reward model",
}
_NEEDS = {
    "llm_integration_enabled": ["orchestration_enabled"],
    "performance_optimizations_enabled": ["orchestration_enabled"],
    "reward_learning_enabled": ["orchestration_enabled", "otel_enabled"],
    "aatc_system_enabled": ["security_hardening_enabled", "llm_integration_enabled"],
    "phase_4_deployment": ["phase_1_complete", "phase_2_complete", "phase_3_complete"],
}
_EXPERIMENTAL: dict[str, tuple[str, int, list[int] | None]] = {
    "aatc_system_enabled": ("Dynamic tool and agent creation", 0, [1, 5, 25, 50, 100]),
    "phase_1_complete": ("HTDAG, HALO and AOP", _ALL, None),
    "phase_2_complete": ("Security, LLM, AATC and reward", _ALL, None),
    "phase_3_complete": ("Error handling, OTEL and performance", _ALL, None),
    "phase_4_deployment": ("Production deployment", 0, _PLAN),
}
_SAFETY = {
    "emergency_shutdown": "Emergency shutdown",
    "read_only_mode": "Read-only mode",
    "maintenance_mode": "Maintenance mode",
}


def flags(at: datetime) -> bytes:
    """Write the 15 flags: 10 serve everybody, 2 are switched on for nobody yet, 3 are off."""
    entries: dict[str, dict[str, Any]] = {}
    for key, text in _CRITICAL.items():
        entries[key] = _flag("critical", text, enabled=True, share=_ALL)
    for key, (text, share, plan) in _EXPERIMENTAL.items():
        entries[key] = _flag("experimental", text, enabled=True, share=share)
        if plan:
            entries[key]["rollout_plan"] = plan
    for key, text in _SAFETY.items():
        entries[key] = _flag("safety", text, enabled=False, share=0)
    for key, needs in _NEEDS.items():
        entries[key]["depends_on"] = needs
    return _text({"environment": "staging", "updated_at": _moment(at), "flags": entries})


def _flag(category: str, description: str, *, enabled: bool, share: int) -> dict[str, Any]:
    return {"enabled": enabled, "rollout_percentage": share, "category": category, "description": description}


def health(at: datetime, subject: str) -> bytes:
    """Write what ``/health`` answered (draft-inadarei-api-health-check): five checks, all passing."""
    return _text(
        {
            "status": "pass",
            "version": "4",
            "releaseId": subject,
            "serviceId": "genesis-orchestrator",
            "description": "Genesis Rebuild, staging",
            "timestamp": _moment(at),
            "checks": {
                "orchestrator:responseTime": [_check(at, 6, "component", 41.7, "ms")],
                "llm-gateway:responseTime": [_check(at, 5, "component", 312.4, "ms")],
                "case-memory:connections": [_check(at, 4, "datastore", 18, "connections")],
                "task-queue:depth": [_check(at, 3, "component", 7, "tasks")],
                "host:utilization": [_check(at, 2, "system", 46, "percent")],
            },
        }
    )


def _check(at: datetime, before_s: int, kind: str, observed: float, unit: str) -> dict[str, Any]:
    return {
        "componentType": kind,
        "observedValue": observed,
        "observedUnit": unit,
        "status": "pass",
        "time": _moment(at - timedelta(seconds=before_s)),
    }


_PACKAGES = {
    "anthropic": "0.68.0", "fastapi": "0.118.0", "httpx": "0.28.1", "networkx": "3.5", "numpy": "2.3.3",
    "openai": "1.109.1", "opentelemetry-api": "1.37.0", "opentelemetry-sdk": "1.37.0", "pydantic": "2.11.9",
    "pytest": "8.4.2", "pytest-benchmark": "5.1.0", "redis": "6.4.0", "sqlalchemy": "2.0.43", "tenacity": "9.1.2",
}  # fmt: skip
_FILES = ("config/feature_flags.json", "config/orchestration.yaml", "config/logging.yaml", "config/otel.yaml")


def environment(at: datetime) -> bytes:
    """Write the environment snapshot: runtime and dependencies equal the lock, the four required files are there."""
    return _text(
        {
            "countersign_environment": 1,
            "collected_at": _moment(at),
            "runtime": {"python": "3.12.3"},
            "dependencies": _PACKAGES,
            "lock": {"runtime": {"python": "3.12.3"}, "dependencies": _PACKAGES},
            "files": [{"path": path, "required": True, "present": True} for path in _FILES],
            "variables": {"GENESIS_ENV": "staging", "FEATURE_FLAGS_CONFIG": "config/feature_flags.json"},
        }
    )


def _moment(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def _text(document: dict[str, Any]) -> bytes:
    return json.dumps(document, indent=2).encode() + b"\n"
