"""The before-images that every change keeps in `revisions`, as SQL: of a product `p`, of another record `r`."""

IMAGE = """jsonb_build_object('name', p.name, 'data', p.data, 'raw_data', p.raw_data, 'source', p.source,
    'is_active', p.is_active, 'pim', p.pim)"""
RECORD_IMAGE = "jsonb_build_object('data', r.data)"
