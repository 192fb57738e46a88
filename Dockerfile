# syntax=docker/dockerfile:1
ARG PYTHON=3.12

FROM python:${PYTHON}-slim-bookworm AS build
# The CPU build of torch by default; pass another index for a GPU build.
ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu
WORKDIR /src
RUN python -m venv /opt/sre-tui
ENV PATH=/opt/sre-tui/bin:$PATH PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
COPY constraints.txt ./
RUN pip install --extra-index-url "${TORCH_INDEX}" -c constraints.txt torch
COPY pyproject.toml README.md LICENSE ./
COPY sre_tui ./sre_tui
COPY commands ./commands
COPY widgets ./widgets
COPY providers ./providers
COPY index ./index
COPY runbooks ./runbooks
COPY dashboards ./dashboards
RUN pip install --extra-index-url "${TORCH_INDEX}" -c constraints.txt .

FROM python:${PYTHON}-slim-bookworm
RUN useradd --create-home --uid 10001 sre \
    && install -d -o sre -g sre /home/sre/.config/sre-tui /home/sre/.local/share/sre-tui \
       /home/sre/.local/state/sre-tui /home/sre/.cache/sre-tui \
    && install -d -m 700 -o sre -g sre /home/sre/.local/share/sre-tui/memory
COPY --from=build /opt/sre-tui /opt/sre-tui
ENV PATH=/opt/sre-tui/bin:$PATH PYTHONUNBUFFERED=1 TERM=xterm-256color
USER sre
WORKDIR /home/sre
# Built into the image, so that a container can search runbooks from its first second.
RUN sre index build
ENTRYPOINT ["sre"]
