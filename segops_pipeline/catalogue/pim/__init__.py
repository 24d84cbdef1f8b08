"""The PIM's catalogue: attributes, lists, categories, brands, bundles and variants, beside and within the products.

The folder is the model (`model`), where records are (`records`, `store`), what a row does to them (`assign`, the
`fold_` files, one for each entity), and planning, applying and exporting all of it. What doesn't belong here: the text
of a file (`formats.bizzkit`), the jobs (`imports.bizzkit`).
"""
