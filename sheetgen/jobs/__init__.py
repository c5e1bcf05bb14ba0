"""Many items of work, carried out by other processes of this machine or by a Dask cluster."""
