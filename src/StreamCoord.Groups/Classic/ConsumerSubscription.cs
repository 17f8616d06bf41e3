using System.Buffers.Binary;
using System.Text;

namespace StreamCoord.Groups.Classic;

/// <summary>What members of the protocol type <c>consumer</c> say: Kafka's ConsumerProtocolSubscription, of which every version begins with its topics. Pure.</summary>
internal static class ConsumerSubscription
{
    /// <summary>The protocol type.</summary>
    public const string ProtocolType = "consumer";

    /// <summary>Adds the topics of a subscription to a set; false, and some may be added, when it is not one.</summary>
    public static bool TryReadTopics(ReadOnlySpan<byte> subscription, HashSet<string> topics)
    {
        const int HeadBytes = 6;
        if (subscription.Length < HeadBytes || BinaryPrimitives.ReadInt16BigEndian(subscription) < 0)
        {
            return false;
        }
        int count = BinaryPrimitives.ReadInt32BigEndian(subscription[2..]);
        ReadOnlySpan<byte> rest = subscription[HeadBytes..];
        for (int i = 0; i < count; i++)
        {
            if (rest.Length < 2 || BinaryPrimitives.ReadInt16BigEndian(rest) is var length && (length < 0 || length > rest.Length - 2))
            {
                return false;
            }
            topics.Add(Encoding.UTF8.GetString(rest.Slice(2, length)));
            rest = rest[(2 + length)..];
        }
        return true;
    }
}
