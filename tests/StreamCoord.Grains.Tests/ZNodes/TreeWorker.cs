using StreamCoord.Grains.Tests.ZNodes.Checking;
using StreamCoord.ZNodes;

namespace StreamCoord.Grains.Tests.ZNodes;

/// <summary>A client that does one random thing after another below <c>/t</c>, through whichever door, and notes what it saw. One caller at a time.</summary>
internal sealed class TreeWorker(TreeSilo silo, History history, int client, Random random)
{
    private const int Keys = 6;

    private int _number;
    private Zxid _seen;
    private ZNodeCaller _caller = ZNodeCaller.Anonymous;

    public async Task StepAsync(bool withMultisAndSessions)
    {
        int kind = random.Next(withMultisAndSessions ? 13 : 10);
        ZNodeReply reply = kind switch
        {
            < 6 => await WriteAsync(NextWrite()),
            6 or 7 => await ReadBarredAsync(new GetDataOperation(NextPath())),
            8 => await ReadBarredAsync(new ExistsOperation(NextPath())),
            9 => await ReadHereAsync(new GetDataOperation(NextPath())),
            10 or 11 => await WriteAsync(new MultiOperation([.. Enumerable.Range(0, random.Next(1, 5)).Select(_ => NextPart())])),
            _ => await ChangeSessionAsync(),
        };
        _seen = Zxid.Max(_seen, reply.Zxid);
    }

    private Task<ZNodeReply> WriteAsync(WriteOperation operation) => history.ObserveAsync(client, _caller, operation, false, async () => random.Next(3) > 0
        ? await silo.Tree.RequestAsync(_caller, operation)
        : (await silo.Sequencer.Submit(new WriteBatch(Guid.Empty, 0, LeaderEpoch.Unknown, [new WriteRequest(_caller, operation)]))).Replies[0]);

    private Task<ZNodeReply> ReadBarredAsync(ReadOperation operation) => history.ObserveAsync(client, _caller, operation, true, async () =>
    {
        Zxid zxid = await silo.Tree.SyncAsync();
        return random.Next(2) == 0 ? await silo.Tree.RequestAsync(_caller, operation) : await ReadByGrainAsync(operation, zxid);
    });

    // May be behind what others have seen, never behind what this client has.
    private Task<ZNodeReply> ReadHereAsync(ReadOperation operation) => history.ObserveAsync(client, _caller, operation, false, () => ReadByGrainAsync(operation, _seen));

    private Task<ZNodeReply> ReadByGrainAsync(ReadOperation operation, Zxid minZxid) =>
        silo.Grains.GetGrain<IZNodeGrain>(RegisterChecker.PathOf(operation)).Read(_caller, operation, minZxid);

    private async Task<ZNodeReply> ChangeSessionAsync()
    {
        if (_caller.Session != SessionId.None)
        {
            // Also when nobody tells whether it has ended: the client gives it up.
            ZNodeReply closed = await WriteAsync(new CloseSessionOperation(_caller.Session));
            _caller = ZNodeCaller.Anonymous;
            return closed;
        }
        ZNodeReply opened = await WriteAsync(new OpenSessionOperation(40_000, new NodeId(1)));
        _caller = opened.Session is { } grant ? new ZNodeCaller(grant.Session, []) : _caller;
        return opened;
    }

    private WriteOperation NextWrite() => random.Next(6) switch
    {
        < 2 => new CreateOperation(NextPath(), NextData(), AclEntry.Open, _caller.Session == SessionId.None ? CreateMode.Persistent : CreateMode.Ephemeral),
        2 => new DeleteOperation(NextPath(), NextVersion()),
        _ => new SetDataOperation(NextPath(), NextData(), NextVersion()),
    };

    private WriteOperation NextPart() => random.Next(3) == 0 ? new CheckOperation(NextPath(), NextVersion()) : NextWrite();

    private string NextPath() => $"/t/{(char)('a' + random.Next(Keys))}";

    private byte[] NextData() => BitConverter.GetBytes((client * 100_000) + ++_number);

    private int NextVersion() => random.Next(2) == 0 ? WriteOperation.AnyVersion : random.Next(4);
}
