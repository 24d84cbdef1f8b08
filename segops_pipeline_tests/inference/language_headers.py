"""Headers of price lists and contact lists in many languages, and what field each of them is.

What belongs here: headers as suppliers write them, with the field of `shop_headers.PRODUCT_FIELDS` (or
`CONTACT_FIELDS`) that each means. What doesn't: any value.
"""

LANGUAGES = {
    "English": """
        Item No. = sku
        Product name = name
        Long description = description
        Brand = brand
        Supplier = vendor
        Product group = category
        Selling price = price
        Special offer price = sale_price
        Purchase price = cost_price
        RRP = list_price
        Ccy = currency
        Qty in stock = stock
        Wgt (kg) = weight
        Colour = color
        Fabric = material
        EAN code = gtin
        Mfr part no = mpn
        Picture URL = image
        Web link = url
        Made in = country_of_origin
        Last modified = updated_at
    """,
    "German": """
        Artikelnummer = sku
        Artikelbezeichnung = name
        Langtext = description
        Kurzbeschreibung = short_description
        Marke = brand
        Lieferant = vendor
        Warengruppe = category
        Verkaufspreis = price
        Aktionspreis = sale_price
        EK-Preis = cost_price
        UVP = list_price
        Währung = currency
        Lagerbestand = stock
        Gewicht (kg) = weight
        Breite mm = width
        Höhe mm = height
        Farbe = color
        Größe = size
        Werkstoff = material
        EAN-Code = gtin
        Herstellernummer = mpn
        Bildlink = image
        Produktlink = url
        Zustand = condition
        Geschlecht = gender
        Ursprungsland = country_of_origin
        Erstellt am = created_at
        Geändert am = updated_at
    """,
    "French": """
        Référence article = sku
        Désignation = name
        Description longue = description
        Description courte = short_description
        Marque = brand
        Fournisseur = vendor
        Catégorie = category
        Prix de vente = price
        Prix promo = sale_price
        Prix d'achat = cost_price
        Devise = currency
        Quantité en stock = stock
        Poids = weight
        Largeur = width
        Hauteur = height
        Couleur = color
        Taille = size
        Matière = material
        Code-barres = gtin
        Référence fabricant = mpn
        Lien image = image
        Lien produit = url
        Sexe = gender
        Pays d'origine = country_of_origin
        Date de création = created_at
        Date de modification = updated_at
    """,
    "Spanish": """
        Código de artículo = sku
        Nombre del producto = name
        Descripción = description
        Descripción corta = short_description
        Marca = brand
        Proveedor = vendor
        Categoría = category
        Precio de venta = price
        Precio de oferta = sale_price
        Precio de compra = cost_price
        Moneda = currency
        Existencias = stock
        Peso = weight
        Ancho = width
        Alto = height
        Color = color
        Talla = size
        Código de barras = gtin
        Imagen = image
        Enlace = url
        Género = gender
        País de origen = country_of_origin
        Fecha de creación = created_at
    """,
    "Italian": """
        Codice articolo = sku
        Nome prodotto = name
        Descrizione = description
        Descrizione breve = short_description
        Marca = brand
        Fornitore = vendor
        Categoria = category
        Prezzo di vendita = price
        Prezzo scontato = sale_price
        Prezzo di acquisto = cost_price
        Prezzo di listino = list_price
        Valuta = currency
        Giacenza = stock
        Peso = weight
        Larghezza = width
        Altezza = height
        Colore = color
        Taglia = size
        Materiale = material
        Codice a barre = gtin
        Immagine = image
        Paese di origine = country_of_origin
        Data di creazione = created_at
    """,
    "Dutch": """
        Artikelnummer = sku
        Productnaam = name
        Omschrijving = description
        Korte omschrijving = short_description
        Merk = brand
        Leverancier = vendor
        Categorie = category
        Verkoopprijs = price
        Actieprijs = sale_price
        Inkoopprijs = cost_price
        Adviesprijs = list_price
        Valuta = currency
        Voorraad = stock
        Gewicht = weight
        Breedte = width
        Hoogte = height
        Kleur = color
        Maat = size
        Materiaal = material
        Streepjescode = gtin
        Afbeelding = image
        Land van herkomst = country_of_origin
        Aanmaakdatum = created_at
    """,
    "Portuguese": """
        Código do produto = sku
        Nome do produto = name
        Descrição = description
        Descrição curta = short_description
        Marca = brand
        Fornecedor = vendor
        Categoria = category
        Preço de venda = price
        Preço promocional = sale_price
        Preço de custo = cost_price
        Moeda = currency
        Estoque = stock
        Peso = weight
        Largura = width
        Altura = height
        Cor = color
        Tamanho = size
        Código de barras = gtin
        Imagem = image
        País de origem = country_of_origin
        Data de criação = created_at
    """,
    "Polish": """
        Kod produktu = sku
        Nazwa produktu = name
        Opis = description
        Krótki opis = short_description
        Marka = brand
        Dostawca = vendor
        Kategoria = category
        Cena sprzedaży = price
        Cena promocyjna = sale_price
        Cena zakupu = cost_price
        Cena katalogowa = list_price
        Waluta = currency
        Stan magazynowy = stock
        Waga = weight
        Szerokość = width
        Wysokość = height
        Kolor = color
        Rozmiar = size
        Materiał = material
        Kod kreskowy = gtin
        Kod producenta = mpn
        Zdjęcie = image
        Płeć = gender
        Kraj pochodzenia = country_of_origin
        Data utworzenia = created_at
        Data modyfikacji = updated_at
    """,
    "Chinese": """
        商品编码 = sku
        商品名称 = name
        商品描述 = description
        品牌 = brand
        供应商 = vendor
        商品分类 = category
        销售价 = price
        促销价 = sale_price
        成本价 = cost_price
        市场价 = list_price
        币种 = currency
        库存数量 = stock
        重量 = weight
        宽度 = width
        高度 = height
        颜色 = color
        尺码 = size
        材质 = material
        条形码 = gtin
        商品图片 = image
        产品链接 = url
        性别 = gender
        原产国 = country_of_origin
        创建时间 = created_at
        更新时间 = updated_at
    """,
    "Japanese": """
        商品コード = sku
        商品名 = name
        商品説明 = description
        ブランド名 = brand
        仕入先 = vendor
        カテゴリー = category
        販売価格 = price
        セール価格 = sale_price
        仕入価格 = cost_price
        定価 = list_price
        通貨 = currency
        在庫数 = stock
        重量 = weight
        幅 = width
        高さ = height
        カラー = color
        サイズ = size
        素材 = material
        JANコード = gtin
        商品画像 = image
        商品URL = url
        性別 = gender
        原産国 = country_of_origin
        作成日 = created_at
        更新日 = updated_at
    """,
}

CONTACT_LANGUAGES = {
    "English": """
        Forename = first_name
        Surname = last_name
        E-mail = email
        Tel. = phone
        Cell = mobile
        Organisation = company_name
        Role = job_title
        Dept. = department
        Homepage = website
        Street = street
        Town = city
        Zip code = postcode
        DOB = birthday
        Remarks = notes
    """,
    "German": """
        Vorname = first_name
        Nachname = last_name
        E-Mail-Adresse = email
        Telefon = phone
        Handy = mobile
        Firma = company_name
        Abteilung = department
        Straße = street
        Ort = city
        PLZ = postcode
        Land = country
        Geburtsdatum = birthday
        Bemerkungen = notes
    """,
    "French": """
        Prénom = first_name
        Nom de famille = last_name
        Adresse e-mail = email
        Téléphone = phone
        Société = company_name
        Fonction = job_title
        Rue = street
        Ville = city
        Code postal = postcode
        Pays = country
        Date de naissance = birthday
        Remarques = notes
    """,
    "Spanish": """
        Apellidos = last_name
        Correo electrónico = email
        Teléfono = phone
        Móvil = mobile
        Empresa = company_name
        Cargo = job_title
        Dirección = street
        Ciudad = city
        Código postal = postcode
        País = country
        Fecha de nacimiento = birthday
        Observaciones = notes
    """,
    "Italian": """
        Cognome = last_name
        Indirizzo e-mail = email
        Telefono = phone
        Cellulare = mobile
        Azienda = company_name
        Indirizzo = street
        Città = city
        CAP = postcode
        Paese = country
        Data di nascita = birthday
    """,
    "Dutch": """
        Voornaam = first_name
        Achternaam = last_name
        E-mailadres = email
        Telefoonnummer = phone
        Mobiel = mobile
        Bedrijf = company_name
        Functie = job_title
        Straat = street
        Woonplaats = city
        Postcode = postcode
        Land = country
        Geboortedatum = birthday
        Opmerkingen = notes
    """,
    "Portuguese": """
        Primeiro nome = first_name
        Sobrenome = last_name
        E-mail = email
        Telefone = phone
        Celular = mobile
        Empresa = company_name
        Cargo = job_title
        Endereço = street
        Cidade = city
        Estado = state
        CEP = postcode
        País = country
        Data de nascimento = birthday
    """,
    "Polish": """
        Imię = first_name
        Nazwisko = last_name
        Adres e-mail = email
        Telefon = phone
        Firma = company_name
        Stanowisko = job_title
        Ulica = street
        Miasto = city
        Kod pocztowy = postcode
        Kraj = country
        Data urodzenia = birthday
        Uwagi = notes
    """,
    "Chinese": """
        电子邮件 = email
        电话 = phone
        手机 = mobile
        公司 = company_name
        职位 = job_title
        部门 = department
        地址 = street
        城市 = city
        邮编 = postcode
        国家 = country
        生日 = birthday
        备注 = notes
    """,
    "Japanese": """
        メールアドレス = email
        電話番号 = phone
        携帯電話 = mobile
        会社名 = company_name
        役職 = job_title
        部署 = department
        住所 = street
        市区町村 = city
        都道府県 = state
        郵便番号 = postcode
        国 = country
        生年月日 = birthday
        備考 = notes
    """,
}
