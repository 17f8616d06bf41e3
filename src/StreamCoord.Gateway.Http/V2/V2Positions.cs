using StreamCoord.Gateway.Http.Errors;
using StreamCoord.Gateway.Http.Json;
using StreamCoord.Groups;

namespace StreamCoord.Gateway.Http.V2;

/// <summary>Reads the partitions and offsets that requests about consumers name. Pure.</summary>
internal static class V2Positions
{
    /// <summary>The partitions of a body.</summary>
    public static List<TopicPartition> PartitionsOf(PartitionsBody body, int countMax)
    {
        RequireCount("partitions", body.Partitions?.Count, countMax);
        return [.. body.Partitions!.Select(partition => PartitionOf(partition?.Topic, partition?.Partition))];
    }

    /// <summary>The offsets of a body.</summary>
    public static List<OffsetToCommit> OffsetsOf(OffsetsBody body, int countMax)
    {
        RequireCount("offsets", body.Offsets?.Count, countMax);
        return
        [
            .. body.Offsets!.Select(offset => new OffsetToCommit(
                PartitionOf(offset?.Topic, offset?.Partition),
                new Offset(offset?.Offset is { } value and >= 0 and < long.MaxValue ? value : throw Refusal("Each of 'offsets' needs an 'offset' from 0 on.")),
                LeaderEpoch.Unknown,
                offset!.Metadata)),
        ];
    }

    private static TopicPartition PartitionOf(string? topic, int? partition) => TopicName.Check(topic) is { } problem
        ? throw Refusal(problem)
        : new TopicPartition(topic!, partition is { } number and >= 0 ? number : throw Refusal("'partition' is a number from 0 on."));

    private static void RequireCount(string name, int? count, int countMax)
    {
        if (count is null || count > countMax)
        {
            throw Refusal($"'{name}' is required: an array of at most {countMax}.");
        }
    }

    private static RequestException Refusal(string detail) => new(GatewayErrors.Unprocessable($"Payload error. {detail}"));
}
