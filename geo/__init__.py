"""Pure geoprocessing: values in, values out; no files, network or environment."""
