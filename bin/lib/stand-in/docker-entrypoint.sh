#!/usr/bin/dumb-init /bin/sh
# shellcheck shell=sh
# The entrypoint of the stand-in for the official image: our own few lines that behave as the official script does (the
# rules that docs/contract.md keeps), so that there is something to compare the launcher with. Not the official script.
set -e

# Prints the first IPv4 address of interface $1, as flag -$2=.
address_flag() {
    address=$(ip -o -4 addr show dev "$1" 2>/dev/null | awk '{ sub("/.*", "", $4); print $4; exit }')
    if [ -z "$address" ]; then
        echo "Could not find IP for interface '$1', exiting" >&2
        return 1
    fi
    echo "-$2=$address"
}

bind=${CONSUL_BIND:-}
if [ -z "$bind" ] && [ -n "${CONSUL_BIND_INTERFACE:-}" ]; then
    bind=$(address_flag "$CONSUL_BIND_INTERFACE" bind)
    echo "==> Using the address of $CONSUL_BIND_INTERFACE: $bind"
fi
client=${CONSUL_CLIENT:-}
if [ -z "$client" ] && [ -n "${CONSUL_CLIENT_INTERFACE:-}" ]; then
    client=$(address_flag "$CONSUL_CLIENT_INTERFACE" client)
    echo "==> Using the address of $CONSUL_CLIENT_INTERFACE: $client"
fi

data=${CONSUL_DATA_DIR:-/consul/data}
config=${CONSUL_CONFIG_DIR:-/consul/config}
if [ -n "${CONSUL_LOCAL_CONFIG:-}" ]; then
    printf '%s\n' "$CONSUL_LOCAL_CONFIG" >"$config/local.json"
fi

case ${1:-} in
-*) set -- consul "$@" ;;
agent)
    shift
    # Whole flags, split on white space.
    # shellcheck disable=SC2086
    set -- consul agent -data-dir="$data" -config-dir="$config" $bind $client "$@"
    ;;
version) set -- consul "$@" ;;
'') set -- consul ;;
*) if consul --help "$1" 2>&1 | grep -q "consul $1"; then set -- consul "$@"; fi ;;
esac

if [ "$1" = consul ] && [ -z "${CONSUL_DISABLE_PERM_MGMT+set}" ]; then
    uid=${CONSUL_UID:-$(id -u consul)}
    gid=${CONSUL_GID:-$(id -g consul)}
    for directory in "$data" "$config"; do
        if [ "$(stat -c %u "$directory")" != "$uid" ]; then
            chown "$uid:$gid" "$directory"
        fi
    done
    if [ -n "${CONSUL_ALLOW_PRIVILEGED_PORTS+set}" ]; then
        setcap cap_net_bind_service=+ep /bin/consul
    fi
    set -- su-exec "$uid:$gid" "$@"
fi
exec "$@"
