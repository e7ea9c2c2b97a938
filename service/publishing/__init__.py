"""A copy of the map as plain files, which any web server hands out.

::

    index.html                       the map
    layers.html                      the list of layers, with downloads
    catalog.json                     STAC
    site.json                        what the copy consists of
    app/<key>/ fonts/<key>/          scripts, styles, fonts
    relief/<key>/                    the shaded relief
    layers/<id>/<key>/               tiles, downloads and licences of a layer
    v/<key>/                         all else: documents of the page, STAC, web maps

``key`` names the content, so folders are written once and never changed; a folder is
whole once its ``files.json`` is there. The four files at the top are replaced last:
each of them leads to one version of everything, so that nobody sees a mixture.
"""
