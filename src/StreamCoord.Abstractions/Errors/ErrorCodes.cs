using System.Collections.Frozen;
using System.Text;

namespace StreamCoord;

/// <summary>Facts about each <see cref="ErrorCode"/>.</summary>
public static class ErrorCodes
{
    private static readonly FrozenDictionary<ErrorCode, string> WireNames =
        Enum.GetValues<ErrorCode>().ToFrozenDictionary(code => code, code => ToUpperSnake(code.ToString()));

    /// <summary>The name Kafka's documentation uses, such as <c>UNKNOWN_TOPIC_OR_PARTITION</c>.</summary>
    public static string WireName(this ErrorCode code) => WireNames.TryGetValue(code, out string? name) ? name : "UNKNOWN_SERVER_ERROR";

    /// <summary>True when the same request may succeed a little later without a change.</summary>
    public static bool IsRetriable(this ErrorCode code) => code is
        ErrorCode.LeaderNotAvailable or ErrorCode.NotLeaderOrFollower or ErrorCode.ReplicaNotAvailable or ErrorCode.PreferredLeaderNotAvailable or ErrorCode.EligibleLeadersNotAvailable or
        ErrorCode.RequestTimedOut or ErrorCode.NotEnoughReplicas or ErrorCode.NotEnoughReplicasAfterAppend or ErrorCode.KafkaStorageError or
        ErrorCode.FencedLeaderEpoch or ErrorCode.UnknownLeaderEpoch or ErrorCode.OffsetNotAvailable or ErrorCode.ElectionNotNeeded or
        ErrorCode.CoordinatorLoadInProgress or ErrorCode.CoordinatorNotAvailable or ErrorCode.NotCoordinator or
        ErrorCode.ConcurrentTransactions or ErrorCode.UnstableOffsetCommit or ErrorCode.ThrottlingQuotaExceeded;

    private static string ToUpperSnake(string pascal)
    {
        var text = new StringBuilder(pascal.Length + 8);
        for (int i = 0; i < pascal.Length; i++)
        {
            if (i > 0 && char.IsAsciiLetterUpper(pascal[i]))
            {
                text.Append('_');
            }
            text.Append(char.ToUpperInvariant(pascal[i]));
        }
        return text.ToString();
    }
}
