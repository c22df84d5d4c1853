"""What Alembic runs: the connection is always handed over by ``storage.database``, inside its transaction."""

from alembic import context

from app.storage.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, transactional_ddl=False)
context.run_migrations()
