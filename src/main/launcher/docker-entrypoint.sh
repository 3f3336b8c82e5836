#!/bin/sh
# The official image's entrypoint by name: `docker-entrypoint.sh ARGS…` is `consul-launcher run ARGS…`.
set -- run "$@"
. "${0%/*}/consul-launcher"
