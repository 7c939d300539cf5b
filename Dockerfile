# One static binary in an image without a shell. Build it with the version to be printed:
#   docker build --build-arg VERSION=1.2.3 --tag twofold .

FROM --platform=$BUILDPLATFORM node:20.20.2-bookworm-slim AS page
WORKDIR /src/frontend
COPY frontend/package.json frontend/package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY frontend ./
RUN npm run build

FROM --platform=$BUILDPLATFORM golang:1.26.10-bookworm AS binary
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY main.go openapi.yaml ./
COPY docs/operate.md ./docs/
COPY api ./api
COPY internal ./internal
COPY frontend/embed.go ./frontend/
COPY --from=page /src/frontend/dist ./frontend/dist
ARG VERSION=dev TARGETOS TARGETARCH
RUN CGO_ENABLED=0 GOOS=$TARGETOS GOARCH=$TARGETARCH \
    go build -trimpath -buildvcs=false -ldflags "-s -w -X main.version=$VERSION" -o /out/twofold .
# A new volume takes over the owner of the folder that it covers.
RUN mkdir -p /out/data && chmod 700 /out/data

FROM scratch
COPY --from=binary /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=binary /out/twofold /twofold
COPY --from=binary --chown=65532:65532 /out/data /data
USER 65532:65532
# From here the settings' defaults lead into the volume; one that stood in the image could not be given as a file.
WORKDIR /
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s --retries=3 CMD ["/twofold", "healthcheck"]
ENTRYPOINT ["/twofold"]
CMD ["serve"]
