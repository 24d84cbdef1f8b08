import time, json, csv, glob
from segops_pipeline_tests.written_products import *
from segops_pipeline.search.embeddings import *
from segops_pipeline.search.query import search_products
from sqlalchemy import text as T
def test_speed(stores, workspace_id, packaged_model):
    d=stores.database; n=4000
    write_fields(d, workspace_id, brand="text", category="text", description="text", colour="text", tags="list")
    import random; r=random.Random(1)
    W="cordless drill saw hammer lamp desk chair garden hose steel wood plastic green red blue heavy light compact professional battery charger set kit screw bolt paint brush".split()
    def words(k): return " ".join(r.choice(W) for _ in range(k))
    write_products(d, workspace_id, [(f"s{i}",words(5),{"brand":words(1),"category":words(2),"description":words(r.randint(5,40)),"colour":words(1),"tags":[words(1),words(1)],"price":{"amount":"1.00","currency":"EUR"}}) for i in range(n)])
    t=time.time(); res=embed_workspace(stores, workspace_id); print(res, n/(time.time()-t),"per s")
    with d.workspace_session(workspace_id) as c: c.execute(T("UPDATE outbox SET to_embeddings=true")); c.execute(T("UPDATE products SET version=nextval('version_sequence')"))
    t=time.time(); res=embed_workspace(stores, workspace_id); print(res, n/(time.time()-t),"per s")
    for k in range(3):
        t=time.time(); search_products(stores, workspace_id, "battery drill"); print("search",time.time()-t)
