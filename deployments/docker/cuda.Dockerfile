# syntax=docker/dockerfile:1
# Media Factory for work on GPUs: the CPU image's packages on NVIDIA's CUDA run time.
# From the repository's root: docker build -f deployments/docker/cuda.Dockerfile -t media-factory:cuda .
FROM nvidia/cuda:12.8.1-cudnn-runtime-ubuntu24.04
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
ENV UV_LINK_MODE=copy UV_COMPILE_BYTECODE=1 UV_PYTHON_DOWNLOADS=never
# FriBiDi sets right-to-left text; the Noto fonts have the letters of nearly all languages.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
       fonts-noto-cjk fonts-noto-core libfribidi0 python3 python3-pip python3-venv tini \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --create-home --home-dir /var/lib/media-factory --shell /usr/sbin/nologin factory \
    && python3 -m venv /opt/venv \
    && /opt/venv/bin/pip install --no-cache-dir uv==0.9.11
COPY deployments/docker/requirements.lock /tmp/requirements.lock
RUN /opt/venv/bin/uv pip install --python /opt/venv/bin/python --no-cache --require-hashes -r /tmp/requirements.lock
COPY . /opt/media-factory
RUN /opt/venv/bin/uv pip install --python /opt/venv/bin/python --no-cache --no-deps /opt/media-factory \
    && find /opt/media-factory -mindepth 1 -maxdepth 1 \
       ! -name flows ! -name deployments ! -name LICENSE ! -name NOTICE -exec rm -rf {} +
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    HOME=/var/lib/media-factory \
    MEDIA_FACTORY_HOME=/var/lib/media-factory/home \
    MEDIA_FACTORY_CHECKOUT=/opt/media-factory \
    PREFECT_HOME=/var/lib/media-factory/prefect \
    PREFECT_SERVER_ANALYTICS_ENABLED=false \
    PREFECT_WORKER_QUERY_SECONDS=1 \
    # ffmpeg's encoders on the GPU are a part of the driver that has to be asked for.
    NVIDIA_DRIVER_CAPABILITIES=compute,utility,video
USER 10001:10001
RUN mkdir -p /var/lib/media-factory/home /var/lib/media-factory/prefect
WORKDIR /opt/media-factory
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=4 CMD ["python", "-m", "deployments.healthy"]
ENTRYPOINT ["tini", "-g", "--"]
CMD ["prefect", "worker", "start", "--pool", "gpu", "--with-healthcheck"]
