using StreamCoord.Replication;

namespace StreamCoord.Grains.Replicas;

/// <summary>
/// Carries the pushes of all partitions to one node: while some calls are under way the next pushes gather, so the signs of life of a thousand partitions are one call. Safe for concurrent use.
/// </summary>
internal sealed class PeerLane(NodeId node, Peers peers)
{
    private const int CallsUnderWayMax = 4;
    private const int PushesPerCallMax = 2_000;

    /// <summary>A call is not begun with more than this, so that small calls between the silos never wait long behind it.</summary>
    private const int BytesPerCallMax = 256 * 1_024;

    private readonly Lock _lock = new();
    private readonly Queue<OutgoingPush> _waiting = new();
    private int _underWay;

    /// <summary>Sends a push behind those that wait.</summary>
    public void Send(OutgoingPush push)
    {
        lock (_lock)
        {
            _waiting.Enqueue(push);
            if (_underWay == CallsUnderWayMax)
            {
                return;
            }
            _underWay++;
        }
        _ = Task.Run(RunAsync);
    }

    private async Task RunAsync()
    {
        while (Take() is { Count: > 0 } pushes)
        {
            IReadOnlyList<PushReply?>? replies = await TryCallAsync(pushes);
            for (int i = 0; i < pushes.Count; i++)
            {
                pushes[i].End(replies?[i]);
            }
            if (replies is not null)
            {
                // After a call that has failed its bytes may still be on their way.
                pushes.ForEach(push => push.Data.Dispose());
            }
        }
    }

    private async Task<IReadOnlyList<PushReply?>?> TryCallAsync(List<OutgoingPush> pushes)
    {
        try
        {
            return peers.Find(node) is { } service ? await service.Push([.. pushes.Select(push => push.ToMessage())]) : null;
        }
#pragma warning disable CA1031 // Whatever it is, the copies must hear that their pushes were not answered.
        catch (Exception)
#pragma warning restore CA1031
        {
            return null;
        }
    }

    private List<OutgoingPush> Take()
    {
        lock (_lock)
        {
            List<OutgoingPush> taken = [];
            long sizeBytes = 0;
            while (taken.Count < PushesPerCallMax && _waiting.TryPeek(out OutgoingPush? next) && (taken.Count == 0 || sizeBytes + next.SizeBytes <= BytesPerCallMax))
            {
                taken.Add(_waiting.Dequeue());
                sizeBytes += next.SizeBytes;
            }
            if (taken.Count == 0)
            {
                _underWay--;
            }
            return taken;
        }
    }
}
