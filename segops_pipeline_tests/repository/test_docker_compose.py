"""docker-compose.yml, the Dockerfile and deploy/ against the project, without a Docker engine."""

import importlib.util
import re
import shlex
import sys
from functools import lru_cache
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import click
import pytest
import yaml
from dagster._cli import create_dagster_cli
from dagster._daemon.cli import create_dagster_daemon_cli
from dagster_webserver.cli import dagster_webserver

from segops_pipeline.config import Settings
from segops_pipeline_tests.repository.tree import ROOT, command_line, commands, environment_variables

OURS = {"migrate", "code", "daemon", "webserver", "pages"}
IMAGES: dict[str, dict[str, Any]] = {
    "postgres": {"port": 5432, "programs": {"pg_isready"}},
    "clickhouse": {"port": 8123, "programs": {"wget"}},
}
COMMAND_LINES: dict[str, click.Command] = {
    "dagster": create_dagster_cli(),
    "dagster-daemon": create_dagster_daemon_cli(),
    "dagster-webserver": dagster_webserver,
}


@lru_cache
def compose() -> dict[str, Any]:
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text())


@lru_cache
def services() -> dict[str, dict[str, Any]]:
    return compose()["services"]


def health_command(service: str) -> list[str]:
    kind, *command = services()[service]["healthcheck"]["test"]
    assert kind == "CMD"
    return command


def commands_of_ours() -> list[list[str]]:
    commands = [services()[name]["command"] for name in sorted(OURS)]
    return commands + [health_command(name) for name in sorted(OURS - {"migrate"})]


def after_exec(command: list[str]) -> list[str]:
    """What `segops exec -- …` runs, or the command itself."""
    return command[3:] if command[:3] == ["segops", "exec", "--"] else command


def of_dagster(commands: list[list[str]]) -> list[list[str]]:
    """Those that `segops exec` or the image runs of Dagster's own."""
    return [command for command in map(after_exec, commands) if command[0] in COMMAND_LINES]


def lines_of(name: str) -> list[str]:
    """A file of the repository's root without its comments and empty lines."""
    return [line for line in (ROOT / name).read_text().splitlines() if line and not line.startswith("#")]


def option(command: list[str], name: str) -> str:
    return command[command.index(name) + 1]


def parse(command: list[str]) -> None:
    """Parse a command line of Dagster with Dagster's own parsers, without running it."""
    found, arguments = COMMAND_LINES[command[0]], command[1:]
    while isinstance(found, click.Group):
        name, found, arguments = found.resolve_command(click.Context(found), arguments)
        assert found is not None, name
    found.make_context(command[0], arguments)


def test_there_is_one_service_for_each_part() -> None:
    assert set(services()) == OURS | set(IMAGES)


@pytest.mark.parametrize("command", commands_of_ours(), ids=shlex.join)
def test_the_program_of_every_command_is_installed(command: list[str]) -> None:
    installed = {script.name for script in entry_points(group="console_scripts")} | {"python"}
    assert command[0] in installed
    assert after_exec(command)[0] in installed


@pytest.mark.parametrize("command", of_dagster(commands_of_ours()), ids=shlex.join)
def test_every_command_has_options_that_its_program_takes(command: list[str]) -> None:
    parse(command)


def test_a_command_with_an_unknown_option_would_be_found() -> None:
    with pytest.raises(click.NoSuchOption):
        parse(["dagster", "api", "grpc", "--no-such-option"])


def test_segops_has_the_subcommands_that_services_use() -> None:
    used = {f"segops {command[1]}" for command in commands_of_ours() if command[0] == "segops"}
    assert used <= set(commands(command_line()))


def test_the_code_location_serves_a_module_that_exists() -> None:
    module = option(after_exec(services()["code"]["command"]), "--module-name")
    assert importlib.util.find_spec(module) is not None


def test_the_workspace_file_leads_to_the_code_service_and_its_port() -> None:
    code = after_exec(services()["code"]["command"])
    for name in ("daemon", "webserver"):
        file = ROOT / option(after_exec(services()[name]["command"]), "--workspace")
        (location,) = yaml.safe_load(file.read_text())["load_from"]
        assert location["grpc_server"]["host"] == "code"
        assert location["grpc_server"]["port"] == int(option(code, "--port"))


def test_every_segops_variable_is_a_setting() -> None:
    known = set(environment_variables())
    for name in OURS:
        assert set(services()[name]["environment"]) <= known, name


def test_every_service_of_ours_reaches_the_same_stores_and_home() -> None:
    variables = ("SEGOPS_HOME", "SEGOPS_POSTGRES_URL", "SEGOPS_CLICKHOUSE_URL")
    for variable in variables:
        assert len({services()[name]["environment"][variable] for name in OURS}) == 1, variable
    for name in OURS:
        assert f"segops:{services()[name]['environment']['SEGOPS_HOME']}" in services()[name]["volumes"]


def test_the_urls_name_services_and_their_ports() -> None:
    environment = services()["code"]["environment"]
    for variable, service in (("SEGOPS_POSTGRES_URL", "postgres"), ("SEGOPS_CLICKHOUSE_URL", "clickhouse")):
        assert re.search(rf"@{service}:{IMAGES[service]['port']}(/|$)", environment[variable])


def test_the_settings_take_the_values_of_the_services(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in services()["code"]["environment"].items():
        monkeypatch.setenv(name, re.sub(r"\$\{[^}]*\}", "secret1", value))
    settings = Settings()
    assert settings.home == Path("/var/lib/segops")
    assert settings.postgres_url is not None
    assert settings.clickhouse_url is not None


def test_an_empty_anthropic_key_counts_as_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "")
    assert Settings().anthropic_api_key is None


def test_every_service_but_the_migration_has_a_health_check_with_times() -> None:
    wanted = {"test", "interval", "timeout", "retries", "start_period"}
    for name in set(services()) - {"migrate"}:
        assert wanted <= set(services()[name]["healthcheck"]), name


def test_health_checks_ask_the_port_that_the_service_serves() -> None:
    for name in ("code", "webserver"):
        port = option(after_exec(services()[name]["command"]), "--port")
        assert re.search(rf"\b{port}\b", shlex.join(health_command(name))), name
    for name, image in IMAGES.items():
        assert re.search(rf"\b{image['port']}\b", shlex.join(health_command(name))), name
        assert health_command(name)[0] in image["programs"]


def test_the_webserver_s_health_check_is_python_that_asks_a_route_of_the_webserver() -> None:
    command = health_command("webserver")
    compile(command[-1], "healthcheck", "exec")
    source = Path(sys.modules["dagster_webserver"].__path__[0]) / "webserver.py"
    (route,) = re.findall(r":3000(/\w+)", command[-1])
    assert f'"{route}"' in source.read_text()


def test_what_a_service_waits_for_exists_and_can_be_waited_for() -> None:
    for service in services().values():
        for name, wanted in service.get("depends_on", {}).items():
            if wanted["condition"] == "service_healthy":
                assert "healthcheck" in services()[name]
            else:
                assert wanted["condition"] == "service_completed_successfully"
                assert services()[name]["restart"] == "no"


def test_every_volume_is_declared_and_every_declared_one_is_used() -> None:
    used = {volume.split(":")[0] for service in services().values() for volume in service["volumes"]}
    assert used == set(compose()["volumes"])


def test_ports_are_published_on_loopback_only() -> None:
    for service in services().values():
        for port in service.get("ports", []):
            assert port.startswith("127.0.0.1:")


def test_no_secret_stands_in_the_file() -> None:
    for service in services().values():
        for variable, value in service.get("environment", {}).items():
            if re.search("PASSWORD|KEY|SECRET|TOKEN", variable):
                assert re.fullmatch(r"\$\{[A-Z_]+:(\?[^}]+|-)\}", value), variable
            assert not re.search(r"://\w*:[^@]+@", re.sub(r"\$\{[^}]*\}", "", value)), variable


def test_the_example_of_env_names_every_variable_that_is_asked_for_and_gives_no_value() -> None:
    asked = set(re.findall(r"\$\{([A-Z_]+)", (ROOT / "docker-compose.yml").read_text()))
    lines = lines_of(".env.example")
    assert {line.removesuffix("=") for line in lines} == asked
    assert all(line.endswith("=") for line in lines)
    assert ".env" in lines_of(".gitignore")


def test_the_dockerfile_copies_what_exists_and_what_dockerignore_lets_through() -> None:
    let_through = {line[1:] for line in lines_of(".dockerignore") if line.startswith("!")}
    copied: set[str] = set()
    for line in lines_of("Dockerfile"):
        if line.startswith("COPY "):
            copied.update(line.split()[1:-1])
    assert copied == let_through
    assert [name for name in copied if not (ROOT / name).exists()] == []


def test_the_image_runs_a_python_that_the_project_supports_and_not_as_root() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text()
    (minor,) = re.findall(r"^FROM python:3\.(\d+)-", dockerfile, re.MULTILINE)
    assert 11 <= int(minor) <= 13
    assert re.search(r"^USER segops$", dockerfile, re.MULTILINE)
