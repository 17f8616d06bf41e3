using System.Text.Json;
using StreamCoord.Transactions;
using StreamCoord.ZNodes;

namespace StreamCoord.Grains.Transactions;

/// <summary>
/// Hands out producer ids that no other silo hands out: it claims them in blocks, in the znode that Kafka kept for it. Safe for concurrent use; what is left of a block is lost with the process.
/// </summary>
internal sealed class ProducerIds(ICoordination tree, ClusterIdentity identity) : IProducerIds, IDisposable
{
    private const string BlockPath = "/latest_producer_id_block";
    private const int BlockSize = 1_000;
    private const int AttemptsMax = 10;

    private readonly SemaphoreSlim _gate = new(1, 1);
    private long _next;
    private long _end;

    /// <inheritdoc/>
    public void Dispose() => _gate.Dispose();

    /// <inheritdoc/>
    public async Task<long?> NextAsync()
    {
        await _gate.WaitAsync();
        try
        {
            if (_next == _end && !await TryClaimAsync())
            {
                return null;
            }
            return _next++;
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task<bool> TryClaimAsync()
    {
        for (int attempt = 0; attempt < AttemptsMax; attempt++)
        {
            ZNodeReply current = await tree.RequestAsync(ZNodeCaller.Service, new GetDataOperation(BlockPath));
            if (!current.IsOk && current.Error != ZNodeError.NoNode)
            {
                return false;
            }
            long start = current.IsOk ? ReadEnd(current.Data ?? default) + 1 : 0;
            ZNodeReply written = await tree.RequestAsync(ZNodeCaller.Service, current.IsOk
                ? new SetDataOperation(BlockPath, Block(start), current.Stat!.Value.Version)
                : new CreateOperation(BlockPath, Block(start), AclEntry.ReadOnly));
            if (written.IsOk)
            {
                (_next, _end) = (start, start + BlockSize);
                return true;
            }
            if (written.Error is not (ZNodeError.BadVersion or ZNodeError.NodeExists or ZNodeError.NoNode))
            {
                return false;
            }
        }
        return false;
    }

    private static long ReadEnd(ReadOnlyMemory<byte> json)
    {
        using JsonDocument block = JsonDocument.Parse(json);
        return long.Parse(block.RootElement.GetProperty("block_end").GetString()!, System.Globalization.CultureInfo.InvariantCulture);
    }

    private byte[] Block(long start) => JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, object>
    {
        ["version"] = 1,
        ["broker"] = identity.NodeId.Value,
        ["block_start"] = start.ToString(System.Globalization.CultureInfo.InvariantCulture),
        ["block_end"] = (start + BlockSize - 1).ToString(System.Globalization.CultureInfo.InvariantCulture),
    });
}
