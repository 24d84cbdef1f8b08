"""The before-image of a product, as every change of one keeps it in `revisions`: SQL over the product `p`."""

IMAGE = """jsonb_build_object('name', p.name, 'data', p.data, 'raw_data', p.raw_data, 'source', p.source,
    'is_active', p.is_active, 'pim', p.pim)"""
