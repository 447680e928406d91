# askpapers with its page and protocols. docs/plugging-in.md says how it is run.
FROM python:3.12-slim AS build
WORKDIR /source
COPY pyproject.toml setup.py README.md LICENSE ./
COPY rag rag
COPY ui ui
COPY eval eval
COPY data data
RUN pip wheel --no-cache-dir --no-deps --wheel-dir /wheels .

FROM python:3.12-slim
# PyTorch's own index has builds without CUDA, which are a tenth of the size.
ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu
COPY constraints.txt /tmp/constraints.txt
COPY --from=build /wheels /tmp/wheels
RUN pip install --no-cache-dir --extra-index-url "$TORCH_INDEX" -c /tmp/constraints.txt \
        "$(ls /tmp/wheels/askpapers-*.whl)[mcp,otel]" \
    && rm -rf /tmp/wheels /tmp/constraints.txt \
    && useradd --uid 10001 --no-create-home --home-dir /data askpapers \
    && install -d -o askpapers -g askpapers -m 700 /data
ENV ASKPAPERS_HOME=/data/library ASKPAPERS_HOST=0.0.0.0 ASKPAPERS_PORT=7860 HOME=/data PYTHONUNBUFFERED=1
USER 10001
WORKDIR /data
VOLUME /data
EXPOSE 7860
# The first start indexes the default collection, which takes a minute or two.
HEALTHCHECK --interval=30s --timeout=5s --start-period=180s --retries=3 \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:7860/healthz', timeout=4)"]
ENTRYPOINT ["askpapers"]
# Refuses to start where others could reach it: add --auth USER:PASSWORD-FILE, or --insecure behind a port of loopback.
CMD ["serve"]
