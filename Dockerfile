# The image of `zegel controller`: the program, root certificates, nothing else.
FROM docker.io/library/rust:1.95-bookworm AS build
WORKDIR /src
COPY . .
RUN cargo build --locked --release --bin zegel

FROM gcr.io/distroless/cc-debian12:nonroot
COPY --from=build /src/target/release/zegel /usr/local/bin/zegel
ENTRYPOINT ["/usr/local/bin/zegel"]
