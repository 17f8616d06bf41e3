#!/usr/bin/env bash
# Runs every check and test of the repository: installs what they need and is missing (Debian), builds with warnings as errors, checks the
# format, runs every project tests/*.Tests. The last line is "N passed, N failed, N skipped"; the exit code is 0 only when something
# passed and nothing failed. What cannot be installed fails. Logs, and how long each test took: TestResults/.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1

readonly results=TestResults/run
readonly kafkajs=tests/StreamCoord.Conformance.Tests/Kafka/kafkajs # with its lock file
readonly project_time_limit=1800 # seconds; a test project that takes longer hangs
passed=0 failed=0 skipped=0

finish() {
    echo "$passed passed, $failed failed, $skipped skipped"
    [[ $failed -eq 0 && $passed -gt 0 ]]
    exit
}

fail() {
    echo "FAILED: $*"
    failed=$((failed + 1))
}

install_missing() {
    local packages=()
    compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || packages+=(postgresql)
    command -v curl >/dev/null || packages+=(curl)
    command -v python3 >/dev/null || packages+=(python3)
    # The network between silos is cut in namespaces, where that is allowed.
    command -v ip >/dev/null || packages+=(iproute2)
    # The reference that the conformance tests compare with, and a real client of it. Debian's Python has Debian's packages.
    command -v javac >/dev/null || packages+=(default-jdk-headless)
    [[ -e /usr/share/java/zookeeper.jar ]] || packages+=(libzookeeper-java)
    [[ -e /usr/share/java/curator-recipes.jar && -e /usr/share/java/curator-x-discovery.jar ]] || packages+=(libcurator-recipes-java libcurator-discovery-java)
    /usr/bin/python3 -c 'import kazoo' 2>/dev/null || packages+=(python3 python3-kazoo)
    command -v cc >/dev/null || packages+=(gcc libc6-dev)
    [[ -e /usr/include/zookeeper/zookeeper.h ]] || packages+=(libzookeeper-mt-dev)
    # Clients of Kafka, unchanged.
    command -v kcat >/dev/null || packages+=(kcat)
    /usr/bin/python3 -c 'import kafka, lz4.frame, snappy' 2>/dev/null || packages+=(python3-kafka python3-lz4 python3-snappy)
    /usr/bin/python3 -c 'import confluent_kafka' 2>/dev/null || packages+=(python3-confluent-kafka)
    command -v node >/dev/null || packages+=(nodejs)
    command -v npm >/dev/null || packages+=(npm)
    install_packages "${packages[@]}" || return 1
    [[ -e $kafkajs/node_modules/kafkajs ]] || npm ci --silent --prefix "$kafkajs"
}

install_packages() {
    [[ $# -eq 0 ]] && return 0
    echo "Installing $* ..."
    local as_root=()
    [[ $EUID -eq 0 ]] || as_root=(sudo)
    "${as_root[@]}" apt-get update -qq &&
        "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

run_project() {
    local name=$1
    timeout --kill-after=10 "$project_time_limit" dotnet "tests/$name/bin/Release/net10.0/$name.dll" -noColor -result-xml "$results/$name.xml" >"$results/$name.log" 2>&1
    echo $? >"$results/$name.exit"
    echo "  $name: $(summary_of "$name")"
}

summary_of() {
    grep -E '^ +[^ ]+ +Total: [0-9]+, Errors: ' "$results/$1.log" | tail -1 | sed 's/^ *[^ ]* *//'
}

# number_in SUMMARY FIELD prints the number behind the field's name, or 0.
number_in() {
    local number
    number=$(sed -nE "s/.*$2: ([0-9]+).*/\1/p" <<<"$1")
    echo "${number:-0}"
}

count_project() {
    local name=$1 summary total errors not_run
    summary=$(summary_of "$name")
    total=$(number_in "$summary" Total)
    errors=$(($(number_in "$summary" Failed) + $(number_in "$summary" Errors)))
    not_run=$(($(number_in "$summary" Skipped) + $(number_in "$summary" 'Not Run')))
    if [[ $errors -eq 0 && ($(cat "$results/$name.exit") -ne 0 || $total -eq 0) ]]; then
        echo "FAILED: $name ended with code $(cat "$results/$name.exit") and ran $total tests"
        errors=1
        tail -40 "$results/$name.log"
    elif [[ $errors -ne 0 ]]; then
        grep -E -A 25 '\[FAIL\]|\[ERROR\]' "$results/$name.log" | head -400
    fi
    local passed_here=$((total - $(number_in "$summary" Failed) - not_run))
    passed=$((passed + (passed_here > 0 ? passed_here : 0)))
    failed=$((failed + errors))
    skipped=$((skipped + not_run))
}

command -v dotnet >/dev/null || { fail "the .NET 10 SDK is not installed (https://dot.net)"; finish; }
install_missing || { fail "a package that the tests need cannot be installed"; finish; }

rm -rf "$results" && mkdir -p "$results"
echo "Building ..."
# One compiler for all projects: to start one for each takes longer than most of them take to compile.
dotnet build StreamCoord.sln -c Release -warnaserror -nologo -v quiet -clp:NoSummary -p:UseSharedCompilation=true
built=$?
dotnet build-server shutdown --vbcscompiler >/dev/null 2>&1
[[ $built -eq 0 ]] || { fail "the build"; finish; }

echo "Checking the format ..."
# Style is an error of the build, and the order of usings a test of the architecture; what is left is white space.
dotnet format whitespace . --folder --verify-no-changes || fail "the format; 'dotnet format whitespace . --folder' puts it right"

# Many processes that live for minutes share few processors: threads without work sleep at once, no code is instrumented to be compiled better later, and nothing is compiled better (a third of the processor time) before a
# process has come to rest for a second.
export DOTNET_ThreadPool_UnfairSemaphoreSpinLimit=0 DOTNET_TieredPGO=0 DOTNET_TC_CallCountingDelayMs=0x3E8
echo "Testing ..."
# Those that take minutes come first, so that none of them is left alone at the end.
mapfile -t projects < <(find tests -mindepth 1 -maxdepth 1 -type d -name '*.Tests' -printf '%f\n' | sort | awk -v slow="Conformance|Cluster|Grains|Silo|Gateway.Kafka|Log|Replication" '{ print ($0 ~ slow ? 0 : 1), $0 }' | sort -s -k1,1 | cut -d' ' -f2)
export -f run_project summary_of
export results project_time_limit
printf '%s\n' "${projects[@]}" | xargs -P "$(($(nproc) < 4 ? $(nproc) : 4))" -I{} bash -c 'run_project {}'
for project in "${projects[@]}"; do
    count_project "$project"
done
finish
