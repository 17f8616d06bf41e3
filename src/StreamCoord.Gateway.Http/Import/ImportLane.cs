using StreamCoord.Gateway.Http.Errors;
using StreamCoord.Partitions;
using StreamCoord.Records;

namespace StreamCoord.Gateway.Http.Import;

/// <summary>
/// One partition of an import: at most one append on its way, so that the records keep their order. Counts only what is durable.
/// Used by one import, one call at a time.
/// </summary>
internal sealed class ImportLane(int partition, IPartitionGrain leader)
{
    private Task<AppendReply>? _inFlight;
    private RecordData? _data;
    private int _recordsInFlight;

    /// <summary>The partition's number.</summary>
    public int Partition => partition;

    /// <summary>How many records are durable.</summary>
    public long RecordCount { get; private set; }

    /// <summary>The offset of the first record; <see cref="Offset.None"/> as long as none is durable.</summary>
    public Offset FirstOffset { get; private set; } = Offset.None;

    /// <summary>The offset of the last record; <see cref="Offset.None"/> as long as none is durable.</summary>
    public Offset LastOffset { get; private set; } = Offset.None;

    /// <summary>Sends the builder's records on their way, once the append before is done. The builder is empty when this returns.</summary>
    /// <exception cref="RequestException">The append before was refused.</exception>
    public async Task SendAsync(RecordBatchBuilder builder)
    {
        await SettleAsync();
        _recordsInFlight = builder.RecordCount;
        _data = builder.Build();
        _inFlight = leader.Append(new AppendRequest(_data, RequiredAcks.All));
    }

    /// <summary>Waits for the append on its way, if there is one.</summary>
    /// <exception cref="RequestException">It was refused.</exception>
    public async Task SettleAsync()
    {
        if (_inFlight is not { } inFlight)
        {
            return;
        }
        _inFlight = null;
        AppendReply reply = await inFlight;
        _data?.Dispose();
        RequestException.ThrowIfFailed(reply.Error, reply.Message);
        RecordCount += _recordsInFlight;
        FirstOffset = FirstOffset == Offset.None ? reply.BaseOffset : FirstOffset;
        LastOffset = reply.LastOffset;
    }
}
