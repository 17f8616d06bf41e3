using StreamCoord.ZNodes;

namespace StreamCoord.Grains.Tests.Topics;

/// <summary>A tree whose writes of topics' znodes go by a <see cref="FaultPlan"/>.</summary>
internal sealed class FaultyCoordination(ICoordination tree, FaultPlan faults) : ICoordination
{
    private static readonly string[] Parents = [TopicPaths.Topics, TopicPaths.ConfigRoot, TopicPaths.Records, TopicPaths.Deletions];

    public Zxid AppliedZxid => tree.AppliedZxid;

    public async Task<ZNodeReply> RequestAsync(ZNodeCaller caller, ZNodeOperation operation)
    {
        if (!PathsOf(operation).Any(path => Parents.Any(parent => path.StartsWith(parent + "/", StringComparison.Ordinal))))
        {
            return await tree.RequestAsync(caller, operation);
        }
        ZNodeReply? reply = null;
        await faults.RunAsync(async () => reply = await tree.RequestAsync(caller, operation));
        return reply!;
    }

    public Task ReadyAsync(CancellationToken cancellationToken) => tree.ReadyAsync(cancellationToken);

    public Task WaitAppliedAsync(Zxid zxid, CancellationToken cancellationToken) => tree.WaitAppliedAsync(zxid, cancellationToken);

    public Task<Zxid> SyncAsync() => tree.SyncAsync();

    public ICoordinationConnection Connect(ZNodeCaller caller, IConnectionSink sink) => tree.Connect(caller, sink);

    public Task<ZNodeReply> ResumeSessionAsync(SessionId session, ReadOnlyMemory<byte> password, int? timeoutMs) => tree.ResumeSessionAsync(session, password, timeoutMs);

    public Task<TreeDescription> DescribeAsync() => tree.DescribeAsync();

    public Task<IReadOnlyList<SessionDescription>> ListSessionsAsync() => tree.ListSessionsAsync();

    public IReadOnlyList<DataWatch> ListDataWatches() => tree.ListDataWatches();

    public bool IsAlive(SessionId session) => tree.IsAlive(session);

    public void Touch(SessionId session) => tree.Touch(session);

    public ZNodeError Authenticate(string scheme, ReadOnlyMemory<byte> credentials, out IReadOnlyList<AuthIdentity> identities) =>
        tree.Authenticate(scheme, credentials, out identities);

    public string? CheckPath(string path) => tree.CheckPath(path);

    public IAsyncEnumerable<WatchEvent> ReadHistoryAsync(ZNodeCaller caller, string path, WatchKinds kinds, Zxid after, CancellationToken cancellationToken) =>
        tree.ReadHistoryAsync(caller, path, kinds, after, cancellationToken);

    private static IEnumerable<string> PathsOf(ZNodeOperation operation) => operation switch
    {
        CreateOperation create => [create.Path],
        SetDataOperation set => [set.Path],
        DeleteOperation delete => [delete.Path],
        MultiOperation multi => multi.Operations.SelectMany(PathsOf),
        _ => [],
    };
}
