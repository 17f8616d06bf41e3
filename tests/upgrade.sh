#!/usr/bin/env bash
# Upgrades a cluster of three silos, one after another and under load, from the build of a commit (a tag, a branch) to that of this tree. The exit code is 0 only when nothing was lost. Log: TestResults/upgrade.log.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1

readonly from=${1:?usage: tests/upgrade.sh COMMIT}
before=$(mktemp -d) || exit 1
trap 'git worktree remove --force "$before/tree" >/dev/null 2>&1; rm -rf "$before"' EXIT
mkdir -p TestResults
git worktree add --detach "$before/tree" "$from" >/dev/null || exit 1
dotnet build "$before/tree/src/StreamCoord.Silo" -c Release -nologo -v quiet -clp:NoSummary || exit 1
dotnet build tests/StreamCoord.Cluster.Tests -c Release -nologo -v quiet -clp:NoSummary || exit 1
STREAMCOORD_UPGRADE_FROM="$before/tree/src/StreamCoord.Silo/bin/Release/net10.0/StreamCoord.Silo.dll" timeout --kill-after=10 600 \
    dotnet tests/StreamCoord.Cluster.Tests/bin/Release/net10.0/StreamCoord.Cluster.Tests.dll -noColor -showLiveOutput -class StreamCoord.Cluster.Tests.UpgradeTests >TestResults/upgrade.log 2>&1
code=$?
grep -E '^ +[^ ]+ +Total: |is replaced after' TestResults/upgrade.log
exit "$code"
