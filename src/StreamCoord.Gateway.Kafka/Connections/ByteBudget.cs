namespace StreamCoord.Gateway.Kafka.Connections;

/// <summary>Bounds how many bytes of one kind a connection holds. Safe for concurrent use; whoever comes first is served first.</summary>
/// <remarks>Always bytes taken &lt;= <paramref name="bytesMax"/>, but for one taker who alone takes more.</remarks>
internal sealed class ByteBudget(long bytesMax)
{
    private readonly Lock _gate = new();
    private readonly Queue<(long Bytes, TaskCompletionSource Granted)> _waiting = new();
    private long _taken;

    /// <summary>Ends when so many bytes may be held; they are given back by <see cref="Return"/>.</summary>
    public Task TakeAsync(long bytes)
    {
        lock (_gate)
        {
            if (_waiting.Count == 0 && Fits(bytes))
            {
                _taken += bytes;
                return Task.CompletedTask;
            }
            var granted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Enqueue((bytes, granted));
            return granted.Task;
        }
    }

    /// <summary>Gives back what was taken.</summary>
    public void Return(long bytes)
    {
        lock (_gate)
        {
            _taken -= bytes;
            while (_waiting.TryPeek(out (long Bytes, TaskCompletionSource Granted) next) && Fits(next.Bytes))
            {
                _taken += _waiting.Dequeue().Bytes;
                next.Granted.SetResult();
            }
        }
    }

    private bool Fits(long bytes) => _taken == 0 || _taken + bytes <= bytesMax;
}
