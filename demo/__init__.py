"""The demo: sample catalogues of four suppliers, taken through the whole pipeline in one process."""
