"""`media-factory serve`: the media server."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import click


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at.")
@click.option("--port", type=click.IntRange(0, 65535), default=4210, show_default=True, help="0 takes a free one.")
@click.option(
    "--deliveries",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="Folder with one folder for each delivery. [default: the factory's own]",
)
@click.option(
    "--origin", "origins", multiple=True, help="Let scripts of web pages of this origin read media; repeatable."
)
def serve(host: str, port: int, deliveries: Path | None, origins: tuple[str, ...]) -> None:
    """Show assets and deliveries to browsers and players, until Ctrl-C.

    To listen where other machines can reach it, set MEDIA_FACTORY_MEDIA_SECRET; every request then needs a signed URL,
    or the secret as a bearer token.
    """
    from deployments.gateway.app import Rules, create_app
    from deployments.gateway.serving import listen, serve_app, server_of, url_of
    from media_factory.delivery.links import media_secret
    from media_factory.factory import factory_from_environment

    rules = Rules(secret=media_secret(), origins=origins)
    with listen(host, port, rules.secret) as opened, closing(factory_from_environment()) as factory:
        app = create_app(factory.store, factory.books, deliveries or factory.deliveries, rules)
        # It listens already: who asks from now on is answered, if a moment later.
        click.echo(f"{url_of(opened)} until Ctrl-C", err=True)
        serve_app(server_of(app), opened)


__all__ = ["serve"]
