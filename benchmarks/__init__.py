"""How fast the pipeline is, measured against floors in the same run, on the same machine, on the same server."""
