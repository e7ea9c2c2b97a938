"""The errors of the product, as one tree.

::

    EcobarrierError            base: a code of geo.messages and its details
    |- GeoError                values that cannot be computed with
    |  |- CRSError             missing, unknown, different or unsafe coordinate system
    |  |- CoordinateError      numbers that cannot be what the CRS says they are
    |  `- GeometryError        geometries that cannot be used or repaired
    |- layers.errors.LayerError
    |  |- LayerNotFoundError   no layer and no file of that name
    |  |- LayerReadError       a file that cannot be read as what it claims to be
    |  |  `- DecisionNeededError   something a person must decide, with the choices
    |  |- LayerWriteError      a file that cannot be written
    |  |  `- DatabaseError     a table that cannot be written
    |  |- LayerTilesError      features of which no tiles could be made
    |  |- LayerFormatError     content that the format asked for cannot hold
    |  |- LayerLimitError      a file from a stranger that is larger than it may be
    |  |- RulesError           a table of rules of the conflict check that is wrong
    |  |- CheckError           a conflict check that cannot be made or repeated
    |  |- CatalogError         a catalogue that contradicts its files
    |  |  |- VersionNotFoundError   no version of that name, or several
    |  |  |- VersionRemovedError    a version that is kept no longer
    |  |  `- PublishConflictError   somebody else published in the meantime
    |  |- LedgerError          a figure ledger that cannot be used as it is written
    |  |- PartsError           parts of a long run that cannot be gone on with
    |  `- StoreError           a store of files that cannot be used as it is addressed
    |     |- StoreKeyError     no file of that key
    |     `- StoreConflictError   somebody else wrote the file in the meantime
    |- service.cluster.errors.ClusterError   a cluster that cannot be used
    `- service.errors.RequestError   a request that cannot be answered as asked

Every error carries its sentence in Chinese and English; HTTP statuses and exit
codes are decided elsewhere.
"""

from geo.messages import Text, render


class EcobarrierError(Exception):
    """A refusal with a reason.

    Parameters
    ----------
    code : str
        Key of :data:`geo.sentences.MESSAGES`.
    **details : object
        What the sentence names: file, feature, field, value, remedy. They are
        kept, so that a machine can read them too.
    """

    def __init__(self, code: str, /, **details: object) -> None:
        self.code = code
        self.details = details
        self.text: Text = render(code, details)
        super().__init__(str(self.text))

    def __reduce__(self) -> "tuple[object, ...]":
        """Come out of another process as what it was there."""
        return _restored, (type(self), self.args, self.__dict__)


def _restored(
    kind: "type[EcobarrierError]",
    arguments: tuple[object, ...],
    kept: dict[str, object],
) -> "EcobarrierError":
    """Make an error anew without asking its own constructor, which wants a code."""
    error = kind.__new__(kind, *arguments)
    error.__dict__.update(kept)
    return error


class GeoError(EcobarrierError):
    """Values that cannot be computed with."""


class CRSError(GeoError):
    """A coordinate system that is missing, unknown, different or unsafe."""


class CoordinateError(GeoError):
    """Numbers that cannot be what their coordinate system says they are."""


class GeometryError(GeoError):
    """Geometries that cannot be used or repaired."""
