using StreamCoord.ZNodes;

namespace StreamCoord.Grains.Tests.ZNodes.Checking;

/// <summary>One request and its reply, with the interval of real time that it took.</summary>
/// <param name="Client">Who asked.</param>
/// <param name="Caller">On whose behalf.</param>
/// <param name="Operation">What was asked.</param>
/// <param name="Reply">What was answered.</param>
/// <param name="Began">Before the request was sent.</param>
/// <param name="Ended">After the reply had come.</param>
/// <param name="IsBarred">For a read: it came behind a sync that lies within the interval, or where the writes before it are known to be applied.</param>
internal sealed record Observation(int Client, ZNodeCaller Caller, ZNodeOperation Operation, ZNodeReply Reply, long Began, long Ended, bool IsBarred)
{
    public bool IsWrite => Operation is WriteOperation;

    public bool Changed => IsWrite && Reply.IsOk;

    /// <summary>Nobody told whether it was carried out.</summary>
    public bool IsUnknown => Reply.Error == ZNodeError.ConnectionLoss;
}

/// <summary>What clients did and saw. Safe for concurrent use. Its clock counts: of two readings the later is the larger.</summary>
internal sealed class History
{
    private readonly List<Observation> _observations = [];
    private readonly Lock _lock = new();
    private long _now;

    public IReadOnlyList<Observation> Observations => _observations;

    public long Now() => Interlocked.Increment(ref _now);

    public async Task<ZNodeReply> ObserveAsync(int client, ZNodeCaller caller, ZNodeOperation operation, bool isBarred, Func<Task<ZNodeReply>> run)
    {
        long began = Now();
        ZNodeReply reply;
        try
        {
            reply = await run().WaitAsync(TimeSpan.FromSeconds(60));
        }
        catch (Exception exception) when (exception is not TimeoutException)
        {
            // The silo was killed under the request, or its sequencer could not begin a term.
            reply = ZNodeReply.Refused(ZNodeError.ConnectionLoss, exception.Message);
        }
        var observation = new Observation(client, caller, operation, reply, began, Now(), isBarred);
        lock (_lock)
        {
            _observations.Add(observation);
        }
        return reply;
    }
}
