using Orleans.Providers.Streams.Common;
using Orleans.Streams;
using StreamCoord.ZNodes;

namespace StreamCoord.Grains.ZNodes.Streams;

/// <summary>The changes of one transaction, or what is left of them for a subscriber that had some; or none, as a call to look at the cursors. Immutable.</summary>
/// <param name="StreamId">The stream.</param>
/// <param name="Changes">The changes, in their order.</param>
/// <param name="FirstIndex">The place of the first one within the transaction.</param>
/// <param name="SequenceToken">The token of the last one.</param>
[GenerateSerializer, Immutable, Alias("StreamCoord.TransactionMessage")]
internal sealed record TransactionMessage(
    [property: Id(0)] StreamId StreamId,
    [property: Id(1)] IReadOnlyList<WatchEvent> Changes,
    [property: Id(2)] int FirstIndex,
    [property: Id(3)] StreamSequenceToken SequenceToken) : IBatchContainer
{
    /// <summary>A message of changes of one transaction.</summary>
    public static TransactionMessage Of(StreamId stream, IReadOnlyList<WatchEvent> changes, int firstIndex) =>
        new(stream, changes, firstIndex, TokenOf(changes[^1].Zxid, firstIndex + changes.Count - 1));

    /// <inheritdoc/>
    public IEnumerable<Tuple<T, StreamSequenceToken>> GetEvents<T>() =>
        Changes.Select((change, i) => Tuple.Create((T)(object)change, (StreamSequenceToken)TokenOf(change.Zxid, FirstIndex + i)));

    /// <inheritdoc/>
    public bool ImportRequestContext() => false;

    private static EventSequenceTokenV2 TokenOf(Zxid zxid, int index) => new(zxid.Value, index);
}
