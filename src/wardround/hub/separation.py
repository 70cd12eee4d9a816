"""Row-level security: PostgreSQL shows and takes rows of an organisation only to whom `reach` says (decision 27).

The policies are read off the models, so that no tenant table can be forgotten. A policy's name carries the hash of its text:
what a database has is told by names alone.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import transaction
from django.db.utils import ProgrammingError

from wardround.core.vocab import BadInput

APPEND_ONLY = {"audit_entry": ("digest",), "audit_checkpoint": ()}
"""Tables that the serving role may add to and never change, but for these columns: entries of older versions are chained later."""
LONGEST_NAME = 63


def _reached(setting: str) -> str:
    told = f"(SELECT current_setting('wardround.{setting}', true))"
    keys = f"(SELECT string_to_array(nullif(current_setting('wardround.{setting}', true), '*'), ',')::bigint[])"
    return f"{told} = '*' OR organisation_id = ANY ({keys}::bigint[])"


@dataclass(frozen=True, slots=True)
class Policy:
    """One rule of one table: for a command, which rows."""

    table: str
    command: str
    using: str = ""
    check: str = ""

    @property
    def name(self) -> str:
        """Its name, with the hash of what it says."""
        return f"{self.command.lower()}_{hashlib.sha256(f'{self.using}|{self.check}'.encode()).hexdigest()[:12]}"

    def statement(self) -> str:
        """The statement that makes it."""
        using = f" USING ({self.using})" if self.using else ""
        check = f" WITH CHECK ({self.check})" if self.check else ""
        return f'CREATE POLICY {self.name} ON "{self.table}" FOR {self.command} TO PUBLIC{using}{check}'


def policies() -> dict[str, list[Policy]]:
    """What every tenant table has to have, by table: the rows of TenantModels, and what links them."""
    found: dict[str, list[Policy]] = {}
    for model in apps.get_models():
        centre_sees = getattr(model, "centre_sees", None)  # a TenantModel says it: they stand above
        if centre_sees is not None and not model._meta.proxy:
            table = model._meta.db_table
            found[table] = list(_of(table, centre_sees=centre_sees))
            for field in model._meta.local_many_to_many:
                through: Any = field.remote_field.through  # type: ignore[attr-defined]
                if through._meta.auto_created:
                    found[through._meta.db_table] = list(_of_link(through._meta.db_table, field.m2m_column_name(), table))  # type: ignore[attr-defined]
    return found


def _of(table: str, *, centre_sees: bool) -> Iterator[Policy]:
    reads, writes = _reached("reads"), _reached("writes")
    yield Policy(table, "SELECT", using=f"{reads} OR {_reached('answers')}" if centre_sees else reads)
    yield Policy(table, "INSERT", check=writes)
    yield Policy(table, "UPDATE", using=writes, check=writes)
    yield Policy(table, "DELETE", using=writes)


def _of_link(table: str, column: str, whose: str) -> Iterator[Policy]:
    """A link is in reach with the row that it belongs to."""
    rule = f'EXISTS (SELECT 1 FROM "{whose}" t WHERE t.id = "{table}"."{column}"'  # noqa: S608 (the names are the models')
    yield Policy(table, "SELECT", using=f"{rule})")
    mine = f"{rule} AND ({_reached('writes').replace('organisation_id', 't.organisation_id')}))"
    yield Policy(table, "INSERT", check=mine)
    yield Policy(table, "UPDATE", using=mine, check=mine)
    yield Policy(table, "DELETE", using=mine)


def unprotected(connection: Any) -> list[str]:
    """The tenant tables of this database whose rule is not forced, or not the one that holds today."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relforcerowsecurity")
        forced = {name for (name,) in cursor.fetchall()}
        cursor.execute("SELECT tablename, policyname FROM pg_policies WHERE schemaname = current_schema()")
        held: dict[str, set[str]] = {}
        for table, name in cursor.fetchall():
            held.setdefault(table, set()).add(name)
    return [
        table for table, rules in policies().items() if table not in forced or held.get(table, set()) != {r.name for r in rules}
    ]


def protect(connection: Any) -> None:
    """Bring the rules of every tenant table up to date; a table is never without while they change. The owner does this."""
    for table in unprotected(connection):
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            cursor.execute(
                "SELECT policyname FROM pg_policies WHERE schemaname = current_schema() AND tablename = %s ORDER BY 1", [table]
            )
            drop = [f'DROP POLICY "{name}" ON "{table}"' for (name,) in cursor.fetchall()]
            force = [f'ALTER TABLE "{table}" {what} ROW LEVEL SECURITY' for what in ("ENABLE", "FORCE")]
            make = [rule.statement() for rule in policies()[table]]
            cursor.execute("; ".join([*force, *drop, *make]))


def serving_role(database: str) -> str:
    """The role that serves a database where no other user is named for it. Each database has its own: roles are the server's."""
    return f"{database[: LONGEST_NAME - 4]}_app"


def admit(connection: Any, *, role: str, owner_too: bool) -> None:
    """Let the serving role use the tables, and no more. The owner does this; `owner_too`: and may take it on.

    Raises BadInput with the statements that somebody with more rights has to run, or where the role could get past the rules.
    """
    name = connection.ops.quote_name(role)
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
            if not cursor.fetchone():
                cursor.execute(f"CREATE ROLE {name} NOLOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE")
            cursor.execute("SELECT pg_has_role(current_user, %s, 'MEMBER')", [role])
            if owner_too and not cursor.fetchone()[0]:
                cursor.execute(f"GRANT {name} TO CURRENT_USER")
    except ProgrammingError as error:
        with connection.cursor() as cursor:
            cursor.execute("SELECT quote_ident(current_user)")
            (me,) = cursor.fetchone()
        todo = f"CREATE ROLE {name} NOLOGIN; GRANT {name} TO {me};"
        raise BadInput(
            f"the role that serves is missing and may not be made ({str(error).strip().splitlines()[0]})",
            where="the database",
            do=f"let an administrator of the server run: {todo}",
        ) from None
    demand_harmless(connection, role=role)
    with connection.cursor() as cursor:
        for statement in _grants(cursor, role, name):
            cursor.execute(statement)


def demand_harmless(connection: Any, *, role: str) -> None:
    """Raise BadInput for a serving role that the rules do not bind: a superuser, one that bypasses them, an owner of tables."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = %s", [role])
        above, bypasses = cursor.fetchone() or (False, False)
        cursor.execute(
            "SELECT c.relname FROM pg_class c WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p')"
            " AND pg_has_role(%s, c.relowner, 'MEMBER') LIMIT 1",
            [role],
        )
        owned = cursor.fetchone()
    what = "is a superuser" if above else "bypasses row-level security" if bypasses else f"owns {owned[0]}" if owned else ""
    if what:
        raise BadInput(f"the serving role {role} {what}", where="WARDROUND_DATABASE", do="serve as a role that owns no table")


def _grants(cursor: Any, role: str, name: str) -> Iterable[str]:
    """The statements that are needed still."""
    cursor.execute("SELECT current_schema(), has_schema_privilege(%s, current_schema(), 'USAGE')", [role])
    schema, uses = cursor.fetchone()
    if not uses:
        yield f'GRANT USAGE ON SCHEMA "{schema}" TO {name}'
    cursor.execute(
        "SELECT c.relname, c.relkind, CASE WHEN c.relkind = 'S' THEN has_sequence_privilege(%s, c.oid, 'UPDATE')"
        " ELSE has_table_privilege(%s, c.oid, 'INSERT')"
        " OR (c.relname = 'django_migrations' AND has_table_privilege(%s, c.oid, 'SELECT')) END"
        " FROM pg_class c WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p', 'S')",
        [role, role, role],
    )
    for table, kind, has in cursor.fetchall():
        if has:
            continue
        if kind == "S":
            yield f'GRANT USAGE, SELECT, UPDATE ON SEQUENCE "{table}" TO {name}'
        elif table == "django_migrations":
            yield f'GRANT SELECT ON "{table}" TO {name}'
        elif table in APPEND_ONLY:
            yield f'GRANT SELECT, INSERT ON "{table}" TO {name}'
            if columns := ", ".join(APPEND_ONLY[table]):
                yield f'GRANT UPDATE ({columns}) ON "{table}" TO {name}'
        else:
            yield f'GRANT SELECT, INSERT, UPDATE, DELETE ON "{table}" TO {name}'
