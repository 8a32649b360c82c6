"""Countersign: release evidence in, a readiness decision and a signature that stands up to an audit out."""

__version__ = "0.1.0"
