#!/usr/bin/env bash
# Runs N random schedules of faults (100 without an argument), five in turn for each seed, against a cluster of three silos; STREAMCOORD_TEST_SEED makes the first five of them those. Prints the seed of what fails; the exit code is 0
# only when nothing did.
# As root the network between the silos is cut as well; otherwise the log says that it is not.
# Logs: TestResults/soak/, with what was done in each schedule and came of it; what the silos of a failed one have said is where the log says.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1

readonly schedules=${1:-100}
readonly results=TestResults/soak
readonly schedule_time_limit=240 # seconds; on average, so that a schedule that hangs ends the run
mkdir -p "$results"
dotnet build tests/StreamCoord.Cluster.Tests -c Release -nologo -v quiet -clp:NoSummary || exit 1
log="$results/$(date +%Y%m%d-%H%M%S).log"
STREAMCOORD_SCHEDULES="$schedules" timeout --kill-after=10 $((schedules * schedule_time_limit)) \
    dotnet tests/StreamCoord.Cluster.Tests/bin/Release/net10.0/StreamCoord.Cluster.Tests.dll -noColor -showLiveOutput -class StreamCoord.Cluster.Tests.ScheduleTests >"$log" 2>&1
code=$?
grep -oE 'Faults_[A-Za-z_]*\(seed: -?[0-9]+\) \[FAIL\]' "$log" | sed -E 's/.*seed: (-?[0-9]+).*/FAILED: STREAMCOORD_TEST_SEED=\1 tests\/soak.sh 1/'
grep -E '^ +[^ ]+ +Total: ' "$log" | tail -1
echo "The log is $log."
exit "$code"
