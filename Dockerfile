# Kontor with TLS to PostgreSQL built in (the feature system-libpq links the system's libpq).
#   docker build -t kontor .
FROM rust:1-bookworm AS build
RUN apt-get update && apt-get install -y --no-install-recommends libpq-dev && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
RUN cargo build --locked --release --no-default-features --features system-libpq

FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends libpq5 ca-certificates tini && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin kontor && install -d -o kontor -g kontor -m 700 /data
COPY --from=build /src/target/release/kontor /usr/bin/kontor
USER kontor
ENV KONTOR_DATA_DIR=/data KONTOR_LISTEN=0.0.0.0:8080
VOLUME /data
EXPOSE 8080
# `kontor upgrade-check` answers without changing anything; the server itself is asked at /readyz.
ENTRYPOINT ["tini", "--", "kontor"]
CMD ["serve"]
