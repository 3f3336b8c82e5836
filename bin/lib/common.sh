# shellcheck shell=bash
# What the scripts in bin/ share. Sourced, never run.

# Messages go to stderr: what a script prints to stdout is its result.
say() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
}

fail() {
    say "$@"
    exit 1
}

# Whether the directory holds a complete JDK 25, and not only a runtime.
is_jdk25() {
    [[ -x $1/bin/javac && -r $1/release ]] && grep -q '^JAVA_VERSION="25[."]' "$1/release"
}

# Prints the home of a JDK 25: JAVA_HOME if it is one, else the one on PATH, else where packages install it.
find_jdk25() {
    local javac home
    local candidates=()
    [[ -n ${JAVA_HOME:-} ]] && candidates+=("$JAVA_HOME")
    if javac=$(command -v javac); then
        javac=$(readlink -f "$javac")
        candidates+=("${javac%/bin/javac}")
    fi
    candidates+=(/usr/lib/jvm/*25* /opt/java/* "$HOME"/.sdkman/candidates/java/25* "$HOME"/.jdks/*25*
        /Library/Java/JavaVirtualMachines/*25*/Contents/Home)
    for home in "${candidates[@]}"; do
        if is_jdk25 "$home"; then
            printf '%s\n' "$home"
            return
        fi
    done
    return 1
}

# Sets up Maven's environment. Maven runs on whatever JAVA_HOME says, 17 or newer; where it says nothing it runs on
# JDK 25, since the formatter's check runs inside Maven and needs it.
prepare_maven() {
    local jdk
    command -v mvn >/dev/null || fail "Maven isn't on PATH; install Maven 3.8.7 or newer (Debian: apt-get install maven)"
    jdk=$(find_jdk25) || fail "no JDK 25 found in JAVA_HOME, on PATH or in the usual places; install one, for example Eclipse Temurin 25, and set JAVA_HOME to it"
    [[ -n ${JAVA_HOME:-} ]] || export JAVA_HOME=$jdk
    # Maven's own libraries make newer JVMs warn.
    if is_jdk25 "$JAVA_HOME"; then
        export MAVEN_OPTS="--sun-misc-unsafe-memory-access=allow --enable-native-access=ALL-UNNAMED ${MAVEN_OPTS:-}"
    fi
}
