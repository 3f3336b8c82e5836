# shellcheck shell=bash
# A loopback EC2 and a stand-in for Consul, to start the launcher as on an instance. Sourced, never run; needs common.sh.

# Starts the mock for the script's lifetime and makes $scratch, with an executable consul in $scratch/bin that runs the
# lines of sh in $1. Returns 1 when the mock can't be started.
set_up_ec2() {
    [[ -f target/test-classes/consul/launcher/mockec2/Ec2Mock.class ]] || { say "the EC2 mock isn't compiled"; return 1; }
    scratch=$(mktemp -d)
    mock=
    trap tear_down_ec2 EXIT
    mkdir "$scratch/bin" "$scratch/data" "$scratch/config"
    printf '%s\n' "$1" >"$scratch/bin/consul"
    chmod -R a+rX "$scratch"
    chmod a+x "$scratch/bin/consul"

    "$(find_jdk25)/bin/java" -XX:TieredStopAtLevel=1 -cp target/test-classes consul.launcher.mockec2.Ec2Mock \
        --port-file "$scratch/port" --instance id=i-0123456789abcdef0,address=127.0.0.1 \
        --task id=training,network=host >"$scratch/mock.log" 2>&1 &
    mock=$!
    local i
    for ((i = 0; i < 200; i++)); do
        [[ ! -s $scratch/port ]] || return 0
        kill -0 "$mock" 2>/dev/null || break
        sleep 0.05
    done
    cat "$scratch/mock.log" >&2
    say "the EC2 mock doesn't start"
    return 1
}

tear_down_ec2() {
    if [[ -n $mock ]]; then
        kill "$mock" 2>/dev/null || true
        wait "$mock" 2>/dev/null || true
    fi
    rm -rf "$scratch"
}

# Runs a command as on a server's instance, with "NAME=value" arguments before it added to its environment. The caller's
# own environment, which may hold settings of Consul and of AWS, stays out.
on_ec2() {
    env -i PATH="$scratch/bin:$PATH" HOME="$scratch" LANG=C.UTF-8 \
        AWS_EC2_METADATA_SERVICE_ENDPOINT="http://127.0.0.1:$(<"$scratch/port")" \
        CONSUL_DATA_DIR="$scratch/data" CONSUL_CONFIG_DIR="$scratch/config" CONSUL_DISABLE_PERM_MGMT=1 \
        CONSUL_SERVER=true BOOTSTRAP_EXPECT=3 TAG_KEY=consul TAG_VALUE=servers \
        "$@"
}
