# shellcheck shell=bash
# Packages from Debian without installing them. Sourced after common.sh.

# debian_download RELEASE DIRECTORY PACKAGE…: downloads the packages' files of that release into the directory, with all
# that they depend on if the first package is --with-dependencies. RELEASE "own" is this machine's release.
debian_download() {
    local release=$1 directory=$2
    shift 2
    local tool codename mirror scratch options
    for tool in apt-get dpkg; do
        type -P "$tool" >/dev/null || { say "without $tool nothing can be fetched from Debian's packages"; return 1; }
    done
    codename=$(. /etc/os-release && printf '%s' "${VERSION_CODENAME:-}")
    [[ $release != own ]] || release=$codename
    # The mirror that this machine uses for its own release.
    # shellcheck disable=SC2016 # expanded by apt-get
    mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' "Release: $codename" | head -n 1)
    [[ -n $mirror ]] || { say "apt has no source for the release '$codename' to fetch packages from"; return 1; }

    # An apt of its own: this machine's sources, lists and installed packages don't matter, and stay as they are.
    mkdir -p "$directory"
    directory=$(cd "$directory" && pwd)
    scratch=$(mktemp -d "$directory/apt.XXXXXX")
    mkdir -p "$scratch/lists/partial" "$scratch/cache/archives/partial"
    : >"$scratch/status"
    printf 'deb %s %s main\n' "$mirror" "$release" >"$scratch/sources.list"
    options=(
        -q -y
        -o "Dir::Etc::sourcelist=$scratch/sources.list"
        -o "Dir::Etc::sourceparts=$scratch/none"
        -o "Dir::State::Lists=$scratch/lists"
        -o "Dir::State::status=$scratch/status"
        -o "Dir::Cache=$scratch/cache"
        -o "Dir::Log=$scratch"
        -o "APT::Sandbox::User="
        -o "APT::Install-Recommends=false"
        -o "Acquire::Languages=none"
        -o "Acquire::Retries=3"
    )
    if ! (
        cd "$scratch" && apt-get "${options[@]}" update &&
            if [[ $1 == --with-dependencies ]]; then
                apt-get "${options[@]}" --download-only install "${@:2}"
            else
                apt-get "${options[@]}" download "$@"
            fi
    ) >"$directory/apt.log" 2>&1; then
        cat "$directory/apt.log" >&2
        rm -rf "$scratch"
        say "fetching from Debian $release failed as shown above: $*"
        return 1
    fi
    find "$scratch" -name '*.deb' -exec mv -t "$directory" {} +
    rm -rf "$scratch" "$directory/apt.log"
}
