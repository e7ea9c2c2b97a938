"""The table that another one takes the place of."""

from typing import TYPE_CHECKING, NamedTuple

from layers.errors import DatabaseError

if TYPE_CHECKING:
    from layers.databases.connecting import Connection

_FACTS = """
SELECT c.oid::bigint, pg_get_userbyid(c.relowner), current_user::text,
    c.relkind = 'r' AND NOT c.relispartition AND NOT c.relhassubclass
    AND NOT EXISTS (SELECT FROM pg_inherits WHERE inhrelid = c.oid),
    c.relrowsecurity OR EXISTS (SELECT FROM pg_policy WHERE polrelid = c.oid)
    OR EXISTS (SELECT FROM pg_trigger WHERE tgrelid = c.oid AND NOT tgisinternal)
    OR EXISTS (SELECT FROM pg_attribute WHERE attrelid = c.oid AND attacl IS NOT NULL)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = %s AND c.relname = %s
"""
_RIGHTS = """
SELECT r.rolname, a.privilege_type, a.is_grantable
FROM pg_class c, aclexplode(c.relacl) a LEFT JOIN pg_roles r ON r.oid = a.grantee
WHERE c.oid = %s AND a.grantee <> c.relowner
"""


class Older(NamedTuple):
    """A table that goes."""

    oid: int
    name: str
    owner: str
    user: str


def older(
    connection: "Connection", where: str, schema: str, name: str, replace: bool
) -> Older | None:
    """Answer the table of that name, if there is one and it may go.

    Raises
    ------
    DatabaseError
        ``postgis_table_exists``; ``postgis_not_plain`` for a view, a partitioned or
        inherited table, and one with policies, triggers or rights on columns, which
        would be lost with it.
    """
    found = connection.execute(_FACTS, (schema, name)).fetchone()
    if found is None:
        return None
    oid, owner, user, plain, guarded = found
    if not replace:
        raise DatabaseError("postgis_table_exists", where=where, said="")
    if not plain or guarded:
        raise DatabaseError("postgis_not_plain", where=where)
    return Older(oid, name, owner, user)


def hand_over(connection: "Connection", gone: Older, schema: str, fresh: str) -> None:
    """Give a new table the owner and the rights of the older one, which is dropped."""
    from psycopg import sql

    own = sql.Identifier(schema, fresh)
    rights = connection.execute(_RIGHTS, (gone.oid,)).fetchall()
    connection.execute(
        sql.SQL("DROP TABLE {}").format(sql.Identifier(schema, gone.name))
    )
    for role, right, grantable in rights:
        whom = sql.SQL("PUBLIC") if role is None else sql.Identifier(role)
        option = sql.SQL(" WITH GRANT OPTION" if grantable else "")
        connection.execute(
            sql.SQL("GRANT {} ON {} TO {}{}").format(sql.SQL(right), own, whom, option)
        )
    if gone.owner != gone.user:
        connection.execute(
            sql.SQL("ALTER TABLE {} OWNER TO {}").format(
                own, sql.Identifier(gone.owner)
            )
        )
