using StreamCoord.Partitions;

namespace StreamCoord.Client.Tests.Clusters;

/// <summary>Stands before the partitions of a silo: holds appends up, or has calls fail before or after they are carried out. Safe for concurrent use.</summary>
internal sealed class PartitionGate : IIncomingGrainCallFilter
{
    private volatile TaskCompletionSource? _closed;
    private int _appends;

    /// <summary>Which appends fail, and whether they are carried out before; null for none. Called for each append with its number.</summary>
    public Func<int, AppendFault>? Faults { get; set; }

    /// <summary>How many appends have come.</summary>
    public int Appends => Volatile.Read(ref _appends);

    /// <summary>Appends wait from now on.</summary>
    public void Close() => _closed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>They wait no more.</summary>
    public void Open() => Interlocked.Exchange(ref _closed, null)?.TrySetResult();

    public async Task Invoke(IIncomingGrainCallContext context)
    {
        if (context.InterfaceMethod?.Name != nameof(IPartitionGrain.Append) || context.Request.GetArgument(0) is not AppendRequest { Term: null })
        {
            await context.Invoke();
            return;
        }
        int number = Interlocked.Increment(ref _appends);
        if (_closed is { } closed)
        {
            await closed.Task;
        }
        AppendFault fault = Faults?.Invoke(number) ?? AppendFault.None;
        if (fault is AppendFault.LostRequest)
        {
            throw new TimeoutException("The request was lost.");
        }
        await context.Invoke();
        if (fault is AppendFault.LostAnswer)
        {
            throw new TimeoutException("The answer was lost.");
        }
        if (fault is AppendFault.NotLeader)
        {
            context.Result = AppendReply.Refused(ErrorCode.NotLeaderOrFollower, "The leader could not be reached.");
        }
    }
}
