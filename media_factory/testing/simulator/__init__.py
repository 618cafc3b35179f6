"""A simulator of the vendors on loopback: their wire formats, what they would bill, and faults on demand.

    with Simulator(Faults(seed=7, share=0.25)) as simulator:
        openai = simulator.base_url("openai")

Run it by itself with `python -m media_factory.testing.simulator`.
"""

from media_factory.testing.simulator.billing import Billing, Charge
from media_factory.testing.simulator.faults import Fault, Faults
from media_factory.testing.simulator.server import Simulator
from media_factory.testing.simulator.vendor import Vendor

__all__ = ["Billing", "Charge", "Fault", "Faults", "Simulator", "Vendor"]
