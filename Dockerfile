# The bot in a container: no compiler, no package manager of ours, no shell needed, nothing written outside /data.
# The two stages must name the same Python: the environment refers to its interpreter by path.
FROM python:3.13.16-slim-trixie AS build

ENV UV_PROJECT_ENVIRONMENT=/opt/faultline \
    UV_COMPILE_BYTECODE=1 \
    UV_LINK_MODE=copy \
    UV_NO_CACHE=1 \
    UV_PYTHON_DOWNLOADS=never

RUN python -m pip install --no-cache-dir --disable-pip-version-check uv==0.13.9

WORKDIR /source
# The dependencies change less often than the code, so they are a layer of their own.
COPY pyproject.toml uv.lock ./
RUN uv sync --frozen --no-default-groups --no-editable --no-install-project
COPY . .
RUN uv sync --frozen --no-default-groups --no-editable


# What finds entries by meaning as well. The model is a name of the Hugging Face hub, or a folder in what is sent to the
# build; it is part of the image, and nothing is downloaded at run time.
FROM build AS build-semantic

ARG MODEL=sentence-transformers/all-MiniLM-L6-v2
ARG MODEL_REVISION=main
RUN uv sync --frozen --no-default-groups --no-editable --extra semantic
RUN /opt/faultline/bin/faultline semantic fetch "$MODEL" --revision "$MODEL_REVISION" --to /opt/model


FROM python:3.13.16-slim-trixie AS bot

LABEL org.opencontainers.image.title="Faultline" \
      org.opencontainers.image.description="A Slack bot that keeps a machine-learning team from paying twice for the same failure." \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.licenses="Apache-2.0"

# The base image ships the standard library without bytecode, and a read-only file system would never keep any.
RUN python -m compileall -q /usr/local/lib/python3.13 \
 && install --directory --owner=10001 --group=10001 --mode=0700 /data

COPY --from=build /opt/faultline /opt/faultline

ENV PATH=/opt/faultline/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    FAULTLINE_HOST=0.0.0.0 \
    FAULTLINE_PORT=8080 \
    FAULTLINE_DATA_DIR=/data \
    FAULTLINE_LOG_FORMAT=json

# A number, so that an orchestrator can see that it is not root.
USER 10001:10001
WORKDIR /opt/faultline
VOLUME /data
EXPOSE 8080

# The start waits up to half a minute for a database that starts beside us. http.client, unlike urllib, minds no proxy.
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import http.client, os, sys; web = http.client.HTTPConnection('127.0.0.1', int(os.environ['FAULTLINE_PORT']), timeout=3); web.request('GET', '/healthz'); sys.exit(web.getresponse().status != 200)"]

ENTRYPOINT ["faultline"]
CMD ["run"]


# docker build --target semantic --tag faultline:semantic .
FROM bot AS semantic

COPY --from=build-semantic /opt/faultline /opt/faultline
COPY --from=build-semantic /opt/model /opt/model
ENV FAULTLINE_SEMANTIC_MODEL=/opt/model


# Without a target the bot alone is built.
FROM bot
