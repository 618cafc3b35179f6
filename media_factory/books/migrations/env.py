"""Run the migrations on the connection that `books.opening` hands over; its transaction is already open."""

from __future__ import annotations

from alembic import context

from media_factory.books.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, transactional_ddl=False)
context.run_migrations()
