using Microsoft.Extensions.Logging;
using StreamCoord.Grains.Brokers;
using StreamCoord.Grains.Topics;
using StreamCoord.ZNodes;

namespace StreamCoord.Grains.Security;

/// <summary>
/// Keeps this silo's memory of access control lists, credentials and quotas in line with the tree, whoever writes there: by the watch, never by asking again and again. One per silo.
/// </summary>
internal sealed partial class SecurityFollower : IDisposable
{
    private readonly ICoordination _tree;
    private readonly OwnedRoots _roots;
    private readonly ILogger<SecurityFollower> _logger;
    private readonly WorkQueue<string> _changed;
    private readonly TaskCompletionSource _loaded = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public SecurityFollower(MetadataWatch watch, ICoordination tree, OwnedRoots roots, TimeProvider time, ILogger<SecurityFollower> logger)
    {
        (_tree, _roots, _logger) = (tree, roots, logger);
        _changed = new WorkQueue<string>(FollowAsync, time, logger);
        watch.Changed += Hear;
        watch.Interrupted += () => SecurityPaths.Roots.ToList().ForEach(root => _changed.Add(root.Path));
    }

    public SecurityState State { get; } = new();

    /// <summary>Ends when all that is stored has been read.</summary>
    public Task Loaded => _loaded.Task;

    /// <summary>Makes the roots of access control lists and reads everything. Call it when the watch is armed.</summary>
    public async Task LoadAsync()
    {
        await _roots.EnsureAsync(SecurityPaths.AclRoots);
        foreach (OwnedRoot root in SecurityPaths.Roots)
        {
            await ReadAllAsync(root);
        }
        _loaded.TrySetResult();
    }

    /// <summary>Reads znodes; when it ends, the silo decides by what they hold.</summary>
    public async Task ReadAsync(OwnedRoot root, IReadOnlyList<string> paths)
    {
        const int PathsAtOnce = 200;
        foreach (string[] some in paths.Chunk(PathsAtOnce))
        {
            ZNodeReply reply = await _tree.RequestAsync(ZNodeCaller.Service, new MultiReadOperation([.. OwnedRoots.Proof(root), .. some.Select(path => new GetDataOperation(path))]));
            if (reply.Results is not { } results)
            {
                throw new TreeRefusedException($"{root.Path} could not be read: {reply.Error}: {reply.Message}");
            }
            bool isBelieved = OwnedRoots.AreOurs(results[0], results[1]);
            if (!isBelieved && results[1].IsOk)
            {
                LogForeign(_logger, root.Path);
            }
            State.Apply(some.Zip(results.Skip(2), (path, node) => (path, reply.Zxid, isBelieved && node.IsOk ? node.Data ?? ReadOnlyMemory<byte>.Empty : default(ReadOnlyMemory<byte>?))));
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _changed.Dispose();

    private void Hear(WatchEvent change)
    {
        if (SecurityPaths.RootOf(change.Path) is not null || SecurityPaths.Roots.Any(root => root.Path == change.Path))
        {
            _changed.Add(change.Path);
        }
    }

    private Task FollowAsync(string path) => SecurityPaths.RootOf(path) is { } root ? ReadAsync(root, [path]) : ReadAllAsync(SecurityPaths.Roots.Single(one => one.Path == path));

    private async Task ReadAllAsync(OwnedRoot root)
    {
        // What was known and is gone is read as well, and found to be gone.
        HashSet<string> paths = [.. State.Paths.Where(path => SecurityPaths.RootOf(path) == root)];
        var open = new Queue<string>([root.Path]);
        while (open.TryDequeue(out string? parent))
        {
            foreach (string child in (await _tree.ListAsync(parent)).Select(name => $"{parent}/{name}"))
            {
                paths.Add(child);
                open.Enqueue(child);
            }
        }
        await ReadAsync(root, [.. paths]);
    }

    [LoggerMessage(2801, LogLevel.Error, "The znode {Path} was made by somebody else: nothing in it is believed. Delete it, with all below it.")]
    private static partial void LogForeign(ILogger logger, string path);
}
