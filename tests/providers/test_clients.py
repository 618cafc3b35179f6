"""A client lives as long as the event loop that it was made in."""

from __future__ import annotations

import asyncio

from media_factory.providers.clients import Clients


class Client:
    def __init__(self) -> None:
        self.closed = 0

    async def close(self) -> None:
        await asyncio.sleep(0)
        self.closed += 1


def test_a_loop_has_one_client_and_closes_it_when_it_ends() -> None:
    made: list[Client] = []

    def make() -> Client:
        made.append(Client())
        return made[-1]

    clients = Clients(make, Client.close)

    async def use() -> None:
        first, second = await asyncio.gather(clients.get(), clients.get())
        assert first is second is await clients.get()
        assert first.closed == 0

    asyncio.run(use())
    asyncio.run(use())
    assert [client.closed for client in made] == [1, 1]


def test_a_loop_that_never_ended_in_order_is_forgotten() -> None:
    clients = Clients(Client, Client.close)
    loop = asyncio.new_event_loop()
    abandoned = loop.run_until_complete(clients.get())
    loop.close()
    assert asyncio.run(clients.get()) is not abandoned
    assert not clients._open
