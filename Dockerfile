# The image of every service of docker-compose.yml that is ours: code, daemon, webserver, pages, migrate.
FROM python:3.13-slim-trixie

# pip's own settings may be given as build arguments, to install from elsewhere or a torch without CUDA.
ARG PIP_INDEX_URL
ARG PIP_EXTRA_INDEX_URL

ENV PYTHONUNBUFFERED=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore

WORKDIR /app

# What changes seldom comes first, so that a change of code installs nothing anew.
COPY requirements.lock requirements-torch.lock ./
RUN pip install --require-hashes --no-deps -r requirements.lock \
    && pip install -r requirements-torch.lock

COPY pyproject.toml README.md LICENSE dagster.yaml ./
COPY segops_pipeline segops_pipeline
COPY deploy deploy
RUN pip install --no-deps --no-build-isolation . \
    && useradd --system --home-dir /var/lib/segops --create-home segops

USER segops
VOLUME /var/lib/segops
CMD ["segops", "--help"]
