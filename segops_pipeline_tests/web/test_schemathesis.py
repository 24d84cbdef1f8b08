"""The API as it describes itself: whatever is sent that fits, or does not fit, the description is answered by it.

Requests are drawn by schemathesis, always the same ones; no answer may be a failure of ours, or another than described.
"""

from collections.abc import Iterator

import hypothesis
import pytest
import requests
import schemathesis
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from segops_pipeline.web.security.csrf import csrf_token
from segops_pipeline.web.security.who import session_cookie
from segops_pipeline_tests.importing import Importer
from segops_pipeline_tests.web.conftest import People

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
ENDLESS = "/api/pim/import/{job_id}/events/"
# These start a process for what they are given.
HEAVY = ("/api/pim/import/csv/", "/api/pim/import/{job_id}/plan/", "/api/pim/import/{job_id}/retry/")
EXAMPLES = {GenerationMode.POSITIVE: 2, GenerationMode.NEGATIVE: 1}


def operations(people: People) -> Iterator[schemathesis.APIOperation]:  # type: ignore[type-arg]
    schema = schemathesis.openapi.from_url(f"{people.serving.url}/api/openapi.json")
    for found in schema.get_all_operations():
        operation = found.ok()
        if operation.path.startswith("/api/pim/") and operation.path != ENDLESS:
            yield operation


def session_of(people: People, role: str) -> requests.Session:
    session = requests.Session()
    name, value = session_cookie(people.serving.web.secret, people.sessions[role])
    session.cookies.set(name, value)
    session.headers["X-CSRF-Token"] = csrf_token(people.serving.web.secret, people.sessions[role])
    return session


@pytest.mark.parametrize(
    ("role", "mode"),
    [("editor", GenerationMode.POSITIVE), ("admin", GenerationMode.NEGATIVE)],
    ids=["fitting", "unfitting"],
)
def test_every_answer_is_as_described(
    people: People, role: str, mode: GenerationMode, tmp_path_factory: pytest.TempPathFactory
) -> None:
    importer = Importer(people.serving.web.stores, tmp_path_factory.mktemp("files"), people.workspace.name)
    job_id = importer.read("sku,name,price\n1,Chair,2.50\n2,Table,3.50\n").id
    session = session_of(people, role)
    wrong: list[str] = []
    for operation in operations(people):

        @hypothesis.given(case=operation.as_strategy(generation_mode=mode))
        @hypothesis.settings(
            max_examples=1 if operation.path in HEAVY else EXAMPLES[mode],
            derandomize=True,
            database=None,
            deadline=None,
            phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate],
            suppress_health_check=list(hypothesis.HealthCheck),
        )
        def holds(case: Case) -> None:
            if "job_id" in case.path_parameters and mode == GenerationMode.POSITIVE:
                case.path_parameters["job_id"] = job_id
            case.call_and_validate(people.serving.url, session, checks=CHECKS)

        try:
            holds()
        except hypothesis.errors.Unsatisfiable:
            continue  # there is nothing that does not fit
        except Exception as error:
            wrong.append(f"{operation.method.upper()} {operation.path}: {error}")
    assert not wrong, "\n\n".join(wrong)
