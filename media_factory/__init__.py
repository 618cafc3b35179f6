"""Media Factory's core: what media is and how it is made. It never imports Prefect."""

__version__ = "0.1.0"
__all__ = ["__version__"]
