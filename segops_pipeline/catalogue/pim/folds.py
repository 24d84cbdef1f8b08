"""The fold of a file, by what it is of.

What belongs here: the choice. What doesn't: the folds.
"""

from segops_pipeline.catalogue.pim.fold import FileEntity, Fold, FoldOptions
from segops_pipeline.formats.bizzkit.files import Recognised


def make_fold(entity: FileEntity, recognised: Recognised, options: FoldOptions) -> Fold:
    """What does the rows of a file; `recognised` is its header, read as of this entity."""
    match entity:
        case "product":
            from segops_pipeline.catalogue.pim.fold_products import ProductFold as Chosen
        case "brand":
            from segops_pipeline.catalogue.pim.fold_brands import BrandFold as Chosen
        case "bundle_item":
            from segops_pipeline.catalogue.pim.fold_bundles import BundleFold as Chosen
        case "product_hierarchy":
            from segops_pipeline.catalogue.pim.fold_hierarchies import HierarchyFold as Chosen
        case "attribute":
            from segops_pipeline.catalogue.pim.fold_attributes import AttributeFold as Chosen
        case "global_list_item":
            from segops_pipeline.catalogue.pim.fold_list_items import ListItemFold as Chosen
        case "predefined_value":
            from segops_pipeline.catalogue.pim.fold_predefined import PredefinedFold as Chosen
    return Chosen(recognised, options)
