using StreamCoord.Grains.Topics;
using StreamCoord.Topics;

namespace StreamCoord.Grains.Brokers;

/// <summary>What the service asks of topics it asks again when it failed.</summary>
internal static class KeeperReplies
{
    /// <exception cref="TreeRefusedException">It failed, and may succeed another time.</exception>
    public static void Require(TopicReply reply)
    {
        if (reply.Error is ErrorCode.UnknownServerError or ErrorCode.KafkaStorageError)
        {
            throw new TreeRefusedException(reply.Message!);
        }
    }
}
