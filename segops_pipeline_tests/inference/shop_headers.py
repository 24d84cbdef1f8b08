"""Headers of the exports of shop and PIM systems, and what field each of them is.

What belongs here: headers as the systems write them, with the field of `PRODUCT_FIELDS` or `CONTACT_FIELDS`
that each means; "-" where it means none of them, "?" where people may differ. What doesn't: any value.
"""

PRODUCT_FIELDS = """
    sku name description short_description brand vendor category product_type tags price sale_price cost_price
    list_price currency stock availability weight width height length color size material gtin mpn image url
    condition gender status meta_title meta_description tax_class country_of_origin created_at updated_at parent_sku
"""

CONTACT_FIELDS = """
    first_name last_name email phone mobile fax company_name job_title department website street city state postcode
    country birthday gender notes tags
"""

SYSTEMS = {
    "Shopify": """
        Handle = -
        Title = name
        Body (HTML) = description
        Vendor = vendor
        Product Category = category
        Type = product_type
        Tags = tags
        Published = ?
        Option1 Name = -
        Option1 Value = -
        Variant SKU = sku
        Variant Grams = weight
        Variant Inventory Tracker = -
        Variant Inventory Qty = stock
        Variant Inventory Policy = -
        Variant Fulfillment Service = -
        Variant Price = price
        Variant Compare At Price = list_price
        Variant Requires Shipping = -
        Variant Taxable = -
        Variant Barcode = gtin
        Image Src = image
        Image Position = -
        Image Alt Text = -
        Gift Card = -
        SEO Title = meta_title
        SEO Description = meta_description
        Variant Weight Unit = -
        Cost per item = cost_price
        Status = status
    """,
    "Shopify, today's form": """
        Title = name
        URL handle = -
        Description = description
        Vendor = vendor
        Product category = category
        Type = product_type
        Tags = tags
        Published on online store = ?
        Status = status
        SKU = sku
        Barcode = gtin
        Option1 name = -
        Option1 value = -
        Price = price
        Compare-at price = list_price
        Cost per item = cost_price
        Charge tax = -
        Inventory quantity = stock
        Continue selling when out of stock = -
        Weight value (grams) = weight
        Weight unit for display = -
        Requires shipping = -
        Product image URL = image
        Image position = -
        Image alt text = -
        Gift card = -
        SEO title = meta_title
        SEO description = meta_description
    """,
    "WooCommerce": """
        ID = ?
        Type = product_type
        SKU = sku
        GTIN, UPC, EAN, or ISBN = gtin
        Name = name
        Published = ?
        Is featured? = -
        Visibility in catalog = -
        Short description = short_description
        Description = description
        Date sale price starts = -
        Date sale price ends = -
        Tax status = -
        Tax class = tax_class
        In stock? = availability
        Stock = stock
        Low stock amount = -
        Backorders allowed? = -
        Sold individually? = -
        Weight (kg) = weight
        Length (cm) = length
        Width (cm) = width
        Height (cm) = height
        Allow customer reviews? = -
        Purchase note = -
        Sale price = sale_price
        Regular price = price
        Categories = category
        Tags = tags
        Shipping class = -
        Images = image
        Download limit = -
        Parent = parent_sku
        Grouped products = -
        Upsells = -
        Cross-sells = -
        External URL = url
        Button text = -
        Position = -
        Brands = brand
    """,
    "Magento": """
        sku = sku
        store_view_code = -
        attribute_set_code = -
        product_type = product_type
        categories = category
        product_websites = ?
        name = name
        description = description
        short_description = short_description
        weight = weight
        product_online = -
        tax_class_name = tax_class
        visibility = ?
        price = price
        special_price = sale_price
        special_price_from_date = -
        special_price_to_date = -
        url_key = -
        meta_title = meta_title
        meta_keywords = -
        meta_description = meta_description
        base_image = image
        small_image = -
        thumbnail_image = -
        created_at = created_at
        updated_at = updated_at
        cost = cost_price
        msrp_price = list_price
        country_of_manufacture = country_of_origin
        manufacturer = brand
        qty = stock
        is_in_stock = availability
        out_of_stock_qty = -
        min_cart_qty = -
        additional_attributes = -
        related_skus = -
        crosssell_skus = -
    """,
    "Akeneo": """
        identifier = sku
        family = -
        parent = parent_sku
        categories = category
        groups = ?
        enabled = status
        name-en_US = name
        description-en_US-ecommerce = description
        short_description-en_US = short_description
        brand = brand
        price-EUR = price
        ean = gtin
        weight = weight
        weight-unit = -
        color = color
        size = size
        material = material
        picture = image
        meta_title-en_US = meta_title
        X_SELL-products = -
        PACK-groups = -
    """,
    "PrestaShop": """
        Product ID = ?
        Active (0/1) = ?
        Name * = name
        Categories (x,y,z...) = category
        Price tax excluded = price
        Tax rules ID = -
        Wholesale price = cost_price
        On sale (0/1) = -
        Discount amount = -
        Discount percent = -
        Reference # = sku
        Supplier reference # = -
        Supplier = vendor
        Manufacturer = brand
        EAN13 = gtin
        Ecotax = -
        Width = width
        Height = height
        Depth = length
        Weight = weight
        Quantity = stock
        Minimal quantity = -
        Visibility = ?
        Additional shipping cost = -
        Short description = short_description
        Description = description
        Tags (x,y,z...) = tags
        Meta title = meta_title
        Meta keywords = -
        Meta description = meta_description
        URL rewritten = -
        Text when in stock = -
        Product creation date = created_at
        Show price = -
        Image URLs (x,y,z...) = image
        Image alt texts (x,y,z...) = -
        Delete existing images (0 = No, 1 = Yes) = -
        Condition = condition
        Customizable (0 = No, 1 = Yes) = -
    """,
    "Google Merchant": """
        id = sku
        title = name
        description = description
        link = url
        mobile_link = -
        image_link = image
        additional_image_link = -
        availability = availability
        availability_date = -
        price = price
        sale_price = sale_price
        cost_of_goods_sold = cost_price
        brand = brand
        gtin = gtin
        mpn = mpn
        identifier_exists = -
        condition = condition
        color = color
        size = size
        material = material
        pattern = -
        gender = gender
        age_group = -
        item_group_id = parent_sku
        product_type = product_type
        google_product_category = category
        shipping_weight = -
        product_weight = weight
        product_length = length
        product_width = width
        product_height = height
        custom_label_0 = ?
        adult = -
    """,
    "Amazon": """
        feed_product_type = product_type
        item_sku = sku
        brand_name = brand
        item_name = name
        external_product_id = ?
        external_product_id_type = -
        manufacturer = ?
        part_number = mpn
        standard_price = price
        quantity = stock
        main_image_url = image
        swatch_image_url = -
        parent_child = -
        parent_sku = parent_sku
        relationship_type = -
        variation_theme = -
        product_description = description
        bullet_point1 = -
        generic_keywords = tags
        color_name = color
        color_map = ?
        size_name = size
        material_type = material
        item_weight = weight
        item_weight_unit_of_measure = -
        item_length = length
        item_width = width
        item_height = height
        country_of_origin = country_of_origin
        condition_type = condition
        list_price = list_price
        sale_price = sale_price
        sale_from_date = -
        currency = currency
    """,
    "Amazon, report of listings": """
        item-name = name
        item-description = description
        listing-id = -
        seller-sku = sku
        price = price
        quantity = stock
        open-date = created_at
        image-url = image
        item-is-marketplace = -
        product-id-type = -
        item-note = -
        item-condition = condition
        product-id = ?
        asin1 = -
    """,
    "Odoo": """
        External ID = -
        Name = name
        Internal Reference = sku
        Barcode = gtin
        Sales Price = price
        Cost = cost_price
        Product Type = product_type
        Product Category = category
        Unit of Measure = -
        Quantity On Hand = stock
        Weight = weight
        Volume = -
        Customer Taxes = tax_class
        Vendors = vendor
        Sales Description = description
        Can be Sold = -
        Can be Purchased = -
        Active = status
        Image = image
        Product Tags = tags
        Created on = created_at
        Last Updated on = updated_at
    """,
    "Odoo, technical names": """
        id = ?
        default_code = sku
        name = name
        list_price = ?
        standard_price = ?
        categ_id = category
        type = product_type
        barcode = gtin
        uom_id = ?
        qty_available = stock
        taxes_id = tax_class
        seller_ids = vendor
        description_sale = description
        active = status
        create_date = created_at
        write_date = updated_at
    """,
    "Shopware": """
        product_number = sku
        parent_number = parent_sku
        active = status
        stock = stock
        name = name
        description = description
        price_net = ?
        price_gross = ?
        tax_rate = ?
        manufacturer = brand
        media = image
        categories = category
        weight = weight
        ean = gtin
        manufacturer_number = mpn
        release_date = ?
        keywords = tags
    """,
}

CONTACT_SYSTEMS = {
    "a contact list": """
        phone = phone
        first_name = first_name
        last_name = last_name
        email = email
        company = company_name
        title = job_title
        address = street
        city = city
        state = state
        zip = postcode
        notes = notes
    """,
    "Google Contacts": """
        Given Name = first_name
        Additional Name = -
        Family Name = last_name
        Birthday = birthday
        Notes = notes
        Labels = tags
        E-mail 1 - Type = -
        E-mail 1 - Value = email
        Phone 1 - Type = ?
        Phone 1 - Value = phone
        Organization 1 - Name = company_name
        Organization 1 - Title = ?
        Organization 1 - Department = department
        Address 1 - Street = street
        Address 1 - City = city
        Address 1 - Region = state
        Address 1 - Postal Code = postcode
        Address 1 - Country = country
        Website 1 - Value = website
    """,
    "Outlook": """
        First Name = first_name
        Middle Name = -
        Last Name = last_name
        Company = company_name
        Department = department
        Job Title = job_title
        Business Street = street
        Business City = city
        Business State = state
        Business Postal Code = postcode
        Business Country/Region = country
        Business Fax = fax
        Business Phone = phone
        Mobile Phone = mobile
        Birthday = birthday
        E-mail Address = email
        E-mail Display Name = -
        Gender = gender
        Notes = notes
        Web Page = website
    """,
    "HubSpot": """
        Record ID = -
        First Name = first_name
        Last Name = last_name
        Email = email
        Phone Number = phone
        Mobile Phone Number = mobile
        Job Title = job_title
        Company name = company_name
        Website URL = website
        Street Address = street
        City = city
        State/Region = state
        Postal Code = postcode
        Country/Region = country
        Lifecycle Stage = -
        Contact owner = -
        Email consent = -
    """,
    "Salesforce": """
        FirstName = first_name
        LastName = last_name
        Email = email
        Phone = phone
        MobilePhone = mobile
        Fax = fax
        Title = job_title
        Department = department
        MailingStreet = street
        MailingCity = city
        MailingState = state
        MailingPostalCode = postcode
        MailingCountry = country
        Birthdate = birthday
        AccountId = -
        HasOptedOutOfEmail = -
    """,
    "Mailchimp": """
        Email Address = email
        First Name = first_name
        Last Name = last_name
        Address = street
        Phone Number = phone
        Birthday = birthday
        TAGS = tags
        MEMBER_RATING = -
        OPTIN_TIME = -
    """,
    "PrestaShop, customers' addresses": """
        Address ID = -
        Alias* = -
        Company = company_name
        Lastname* = last_name
        Firstname* = first_name
        Address 1* = street
        Zipcode* = postcode
        City* = city
        Country* = country
        State = state
        Phone = phone
        Mobile Phone = mobile
        VAT number = -
    """,
}


def field_names(text: str) -> list[str]:
    """The names of `PRODUCT_FIELDS` or `CONTACT_FIELDS`."""
    return text.split()


def links(text: str) -> dict[str, str | None]:
    """The headers of a system and their fields, in order; "?" for those that are not judged."""
    pairs = [line.strip().rsplit(" = ", 1) for line in text.strip().splitlines()]
    return {header: None if field == "-" else field for header, field in pairs}
