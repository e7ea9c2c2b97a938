"""Pure geoprocessing: values in, values out. No files, network, clock or environment."""
