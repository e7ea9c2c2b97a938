"""The one table of sentences, ``code: (zh, en)``, kept in parts by subject.

A sentence names what is wrong, where (file, feature, field, value) and what to do.
Placeholders are those of :meth:`str.format`; the details stay with the error or the
note, so that a program need not parse a sentence.
"""

from geo.sentences import (
    analysing,
    checking,
    clustering,
    computing,
    figures,
    importing,
    publishing,
    querying,
    reading,
    reporting,
    serving,
    sources,
    spreading,
    storing,
    storing_database,
)

PARTS = (
    computing.SENTENCES,
    analysing.SENTENCES,
    reading.SENTENCES,
    importing.SENTENCES,
    sources.SENTENCES,
    storing_database.SENTENCES,
    serving.SENTENCES,
    querying.SENTENCES,
    checking.SENTENCES,
    reporting.SENTENCES,
    figures.SENTENCES,
    clustering.SENTENCES,
    spreading.SENTENCES,
    publishing.SENTENCES,
    storing.SENTENCES,
)

MESSAGES: dict[str, tuple[str, str]] = {
    code: sentence for part in PARTS for code, sentence in part.items()
}
