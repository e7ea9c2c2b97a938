"""The extension PostGIS, and its table of coordinate systems."""

from typing import TYPE_CHECKING

from pyproj import CRS
from pyproj.exceptions import CRSError as ProjCRSError

from geo import crs as coordinate_systems
from geo.messages import Note
from layers.errors import DatabaseError

if TYPE_CHECKING:
    from layers.databases.connecting import Connection

_SAME = {("OGC", "CRS84"): ("EPSG", "4326")}
"""PostGIS holds x,y whatever the authority's order: here two names mean one thing."""


def extension_schema(connection: "Connection", where: str) -> str:
    """Answer the schema that PostGIS is installed in; it may be on no search path.

    Raises
    ------
    DatabaseError
        ``postgis_extension_missing``.
    """
    row = connection.execute(
        "SELECT n.nspname FROM pg_extension e JOIN pg_namespace n"
        " ON n.oid = e.extnamespace WHERE e.extname = 'postgis'"
    ).fetchone()
    if row is None:
        raise DatabaseError("postgis_extension_missing", where=where)
    return str(row[0])


def srid_of(
    connection: "Connection", crs: CRS, where: str, schema: str
) -> tuple[int, tuple[Note, ...]]:
    """Answer the database's number of a coordinate system.

    An EPSG code that the table ``spatial_ref_sys`` lacks is added to it, where we may.

    Parameters
    ----------
    connection : Connection
    crs : CRS
    where : str
    schema : str
        That of PostGIS.

    Returns
    -------
    int, tuple of Note
        ``database_srid_added``.

    Raises
    ------
    DatabaseError
        ``postgis_srid_missing``: no code, no right to add it, or the number is another
        system's.
    """
    from psycopg import sql

    authority = crs.to_authority() or ("", "")
    name, code = _SAME.get(authority, authority)
    table = sql.Identifier(schema, "spatial_ref_sys")
    number = int(code) if code.isdigit() else -1
    query = sql.SQL(
        "SELECT srid FROM {} WHERE upper(auth_name) = %s AND auth_srid = %s ORDER BY 1"
    ).format(table)
    row = connection.execute(query, (name.upper(), number)).fetchone()
    if row is not None:
        return int(row[0]), ()
    told = coordinate_systems.name(crs)
    definition = _definition(crs) if name == "EPSG" else None
    may = "SELECT has_table_privilege(%s::text, 'INSERT')"
    allowed = connection.execute(may, (table.as_string(connection),)).fetchone()
    if definition is None or allowed != (True,):
        raise DatabaseError("postgis_srid_missing", where=where, crs=told)
    insert = sql.SQL(
        "INSERT INTO {} (srid, auth_name, auth_srid, srtext, proj4text)"
        " VALUES (%s, 'EPSG', %s, %s, '') ON CONFLICT DO NOTHING"
    ).format(table)
    added = connection.execute(insert, (number, number, definition))
    if added.rowcount != 1:
        raise DatabaseError("postgis_srid_missing", where=where, crs=told)
    return number, (Note("database_srid_added", {"crs": told, "where": where}),)


def _definition(crs: CRS) -> str | None:
    """Answer a system in the words that PostGIS reads, if it has some."""
    try:
        return crs.to_wkt("WKT1_GDAL")
    except ProjCRSError:
        return None
