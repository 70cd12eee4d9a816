"""Columnar tables and files on disk, under one home folder."""
