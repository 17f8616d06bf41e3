using Microsoft.Extensions.Logging;
using StreamCoord.Grains.Groups;
using StreamCoord.Grains.Security;
using StreamCoord.Grains.Topics;
using StreamCoord.ZNodes;

namespace StreamCoord.Grains.Brokers;

/// <summary>
/// This silo's watch on the znodes of brokers, topics, configurations and access control lists, whoever writes them. It owns one connection, and makes another one when that breaks.
/// </summary>
/// <remarks>The events are raised one after another, in the order of their transactions; who hears them must return at once.</remarks>
internal sealed partial class MetadataWatch(ICoordination tree, TimeProvider time, ILogger<MetadataWatch> logger) : IDisposable
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);

    private static readonly (string Path, WatchKinds Kind)[] Watched =
    [
        (TopicPaths.Configs, WatchKinds.PersistentRecursive),
        (GroupConfigPaths.Root, WatchKinds.PersistentRecursive),
        (TopicPaths.Topics, WatchKinds.PersistentRecursive),
        (TopicPaths.Deletions, WatchKinds.PersistentRecursive),
        (BrokerPaths.Ids, WatchKinds.PersistentRecursive),
        (BrokerPaths.Controller, WatchKinds.PersistentRecursive),
        .. SecurityPaths.Roots.Select(root => (root.Path, WatchKinds.PersistentRecursive)),
    ];

    private readonly CancellationTokenSource _stopping = new();
    private ICoordinationConnection? _connection;

    /// <summary>A znode was created, deleted or written.</summary>
    public event Action<WatchEvent>? Changed;

    /// <summary>What was changed for a while may have been missed: look at everything.</summary>
    public event Action? Interrupted;

    /// <summary>Arms the watches, by a new connection in the place of any other.</summary>
    /// <exception cref="TreeRefusedException">They could not be armed, and may be another time.</exception>
    public async Task StartAsync()
    {
        if (_connection is { } broken)
        {
            await broken.DisposeAsync();
        }
        var sink = new Sink(this);
        ICoordinationConnection connection = tree.Connect(ZNodeCaller.Service, sink);
        _connection = connection;
        for (int i = 0; i < Watched.Length; i++)
        {
            connection.AddWatch(i, Watched[i].Path, Watched[i].Kind);
        }
        await sink.Armed;
    }

    /// <summary>Renews the connection no more. Its watches go with the silo, whose grains are leaving already.</summary>
    public void Dispose() => _stopping.Cancel();

    private async Task RenewAsync(string reason)
    {
        while (!_stopping.IsCancellationRequested)
        {
            LogBroken(logger, reason);
            await Task.Delay(RetryDelay, time, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            try
            {
                await StartAsync();
                Interrupted?.Invoke();
                return;
            }
#pragma warning disable CA1031 // Whatever it is, it is tried again.
            catch (Exception failure)
#pragma warning restore CA1031
            {
                reason = failure.Message;
            }
        }
    }

    [LoggerMessage(2511, LogLevel.Warning, "The watch on the znodes of topics and brokers broke, and is armed anew: {Reason}")]
    private static partial void LogBroken(ILogger logger, string reason);

    private sealed class Sink(MetadataWatch watch) : IConnectionSink
    {
        private readonly TaskCompletionSource _armed = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Armed => _armed.Task;

        public void Event(WatchEvent watchEvent, bool replayed) => watch.Changed?.Invoke(watchEvent);

        public void Reply(long tag, ZNodeReply reply)
        {
            if (!reply.IsOk)
            {
                _armed.TrySetException(new TreeRefusedException($"{Watched[tag].Path} could not be watched: {reply.Message}"));
            }
            else if (tag == Watched.Length - 1)
            {
                _armed.TrySetResult();
            }
        }

        public void Flush()
        {
        }

        public void Broken(string reason)
        {
            // A connection that was not armed yet is whoever's who is arming it.
            if (!_armed.TrySetException(new TreeRefusedException(reason)))
            {
                _ = watch.RenewAsync(reason);
            }
        }
    }
}
