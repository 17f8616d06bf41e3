using System.Text;
using StreamCoord.Coordination.Tree;
using StreamCoord.Testing;
using StreamCoord.ZNodes;

namespace StreamCoord.Coordination.Tests.Tree;

/// <summary>
/// Random operations of several sessions against the naive model, with transactions in flight while others are decided on, and with the tree made anew from the log, from the compacted log and from
/// checkpoints that were taken while it changed.
/// </summary>
public sealed class SequencerModelTests(ITestOutputHelper output)
{
    private const int Steps = 1_500;
    private static readonly LeaderEpoch Term = new(7);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void RandomOperations_GiveWhatTheModelGives(int run)
    {
        int seed = unchecked(TestSeed.Next() + run);
        output.WriteLine($"STREAMCOORD_TEST_SEED={unchecked(seed - run)}");
        var world = new World(new Random(seed));

        for (int step = 0; step < Steps; step++)
        {
            world.Step(step);
        }

        world.ApplyAll();
        World.AssertSame(world.Model, world.Tree, world.Log);
        World.AssertSame(world.Model, World.Replay(world.Log.Batches), world.Log);
        World.AssertSame(world.Model, World.Replay(world.Log.Compacted(world.Log.Batches.Count * 2 / 3)), world.Log);
        World.AssertSame(world.Model, world.LoadFuzzyCheckpoint(), world.Log);
    }

    private sealed class World
    {
        private readonly Random _random;
        private readonly Sequencer _sequencer;
        private readonly List<SessionId> _sessions = [SessionId.None];
        private int _appliedBatches;
        private byte[]? _head;
        private readonly List<byte[]> _pieces = [];
        private int _slot;

        public World(Random random)
        {
            _random = random;
            _sequencer = new Sequencer(Tree, new ZNodeOptions(), Term, Log);
            _sequencer.WriteEpochRecord(1, new byte[32]);
            Tree.CompleteLoad();
            Model = NaiveTree.BeginningAt(_sequencer.LastZxid);
        }

        public MemoryLog Log { get; } = new();

        public ZNodeTree Tree { get; } = new();

        public NaiveTree Model { get; }

        public void Step(int step)
        {
            if (_random.Next(25) == 0)
            {
                ZNodeReply opened = _sequencer.Execute(ZNodeCaller.Anonymous, new OpenSessionOperation(10_000, new NodeId(1)), step);
                _sessions.Add(opened.Session!.Session);
                Model.OpenSession(opened.Session.Session);
            }
            else
            {
                ExecuteOne(step);
            }
            for (int left = _random.Next(3); left > 0 && _appliedBatches < Log.Batches.Count; left--)
            {
                MemoryLog.Apply(Tree, Log.Batches[_appliedBatches++]);
            }
            if (step >= Steps / 2 && step % 40 == 0)
            {
                TakePiece();
            }
        }

        public void ApplyAll()
        {
            while (_appliedBatches < Log.Batches.Count)
            {
                MemoryLog.Apply(Tree, Log.Batches[_appliedBatches++]);
            }
        }

        public static ZNodeTree Replay(IEnumerable<MemoryLog.Record[]> batches)
        {
            var tree = new ZNodeTree();
            foreach (MemoryLog.Record[] batch in batches)
            {
                MemoryLog.Apply(tree, batch);
            }
            tree.CompleteLoad();
            return tree;
        }

        public ZNodeTree LoadFuzzyCheckpoint()
        {
            var tree = new ZNodeTree();
            CheckpointCodec.ReadHead(tree, _head);
            foreach (byte[] piece in _pieces)
            {
                CheckpointCodec.ReadPiece(tree, piece);
            }
            Offset from = tree.NextOffset;
            foreach (MemoryLog.Record[] batch in Log.Batches.Where(batch => batch[0].Offset >= from.Value))
            {
                MemoryLog.Apply(tree, batch);
            }
            tree.CompleteLoad();
            return tree;
        }

        public static void AssertSame(NaiveTree model, ZNodeTree tree, MemoryLog log)
        {
            Assert.Equal(model.Nodes.Count, tree.NodeCount);
            Assert.Equal(model.Sessions.Order(), tree.Sessions.Keys.Select(session => session.Value).Order());
            Assert.Equal(model.Last, tree.Applied);
            foreach ((string path, NaiveTree.Node expected) in model.Nodes)
            {
                ZNode node = tree.Find(path)!;
                Assert.Equal((path, model.StatOf(path)), (node.Path, node.Stat));
                Assert.Equal(expected.Acl, node.Acl);
                Assert.Equal(model.ChildrenOf(path).Select(child => child[(child.LastIndexOf('/') + 1)..]).Order(), (node.Children ?? Enumerable.Empty<ZNode>()).Select(child => child.Name).Order());
                Assert.Equal(model.Nodes.Keys.Count(other => other != path && (path == "/" || other.StartsWith(path + "/", StringComparison.Ordinal))), node.DescendantCount);
                if (node.DataOffset != Offset.None)
                {
                    Assert.Equal(expected.Data, log.DataAt(node.DataOffset));
                }
            }
            foreach (long session in model.Sessions)
            {
                Assert.Equal(
                    model.Nodes.Where(pair => pair.Value.Session == session).Select(pair => pair.Key).Order(),
                    tree.EphemeralsOf(new SessionId(session)).Select(node => node.Path).Order());
            }
        }

        private void ExecuteOne(int step)
        {
            SessionId session = _sessions[_random.Next(_sessions.Count)];
            WriteOperation operation = NextOperation(session);
            if (operation is CreateOperation { Mode: CreateMode.Ephemeral or CreateMode.EphemeralSequential } && session == SessionId.None)
            {
                return;
            }
            ZNodeReply reply = _sequencer.Execute(new ZNodeCaller(session, []), operation, step);
            (ZNodeError error, string? path) = Model.Execute(session, operation, step);
            Assert.True(error == reply.Error, $"Step {step}: the model says {error}, the sequencer {reply.Error}: {reply.Message} to {operation}.");
            Assert.Equal(Model.Last, reply.Zxid);
            if (reply.IsOk && operation is CreateOperation)
            {
                Assert.Equal((path, Model.StatOf(path!)), (reply.Path, reply.Stat!.Value));
            }
            if (reply.IsOk && operation is SetDataOperation or SetAclOperation)
            {
                string target = operation is SetDataOperation set ? set.Path : ((SetAclOperation)operation).Path;
                Assert.Equal(reply.IsOk ? Model.StatOf(target) : null, reply.Stat);
            }
        }

        private WriteOperation NextOperation(SessionId session) => _random.Next(20) switch
        {
            < 3 => new MultiOperation([.. Enumerable.Range(0, _random.Next(5)).Select(_ => NextSingle(isInMulti: true))]),
            3 when session != SessionId.None => new CloseSessionOperation(session),
            _ => NextSingle(isInMulti: false),
        };

        private WriteOperation NextSingle(bool isInMulti) => _random.Next(isInMulti ? 9 : 10) switch
        {
            < 4 => new CreateOperation(NextPath(), NextData(), NextAcl(), (CreateMode)_random.Next(isInMulti ? 1 : 4)),
            < 6 => new SetDataOperation(NextPath(), NextData(), NextVersion()),
            < 8 => new DeleteOperation(NextPath(), NextVersion()),
            8 when isInMulti => new CheckOperation(NextPath(), NextVersion()),
            _ => isInMulti ? new CheckOperation(NextPath()) : new SetAclOperation(NextPath(), NextAcl(), NextVersion()),
        };

        private string NextPath()
        {
            var path = new StringBuilder();
            int depth = 1 + _random.Next(3);
            for (int i = 0; i < depth; i++)
            {
                path.Append('/').Append((char)('a' + _random.Next(4)));
            }
            return _random.Next(40) switch
            {
                0 => "/zookeeper/config",
                1 => "/",
                _ => path.ToString(),
            };
        }

        private ReadOnlyMemory<byte>? NextData() => _random.Next(4) switch
        {
            0 => default(ReadOnlyMemory<byte>?),
            1 => ReadOnlyMemory<byte>.Empty,
            _ => Enumerable.Range(0, _random.Next(20)).Select(i => (byte)i).ToArray(),
        };

        private IReadOnlyList<AclEntry> NextAcl() =>
            _random.Next(3) > 0 ? AclEntry.Open : [new AclEntry(ZNodePermissions.All, "world", "anyone"), new AclEntry(ZNodePermissions.Read, "digest", $"u{_random.Next(3)}:hash")];

        private int NextVersion() => _random.Next(3) > 0 ? -1 : _random.Next(3);

        // A checkpoint is taken in pieces while the tree goes on; here a piece is as small as the tree is.
        private void TakePiece()
        {
            _head ??= CheckpointCodec.WriteHead(Tree);
            byte[] buffer = new byte[64];
            int length = CheckpointCodec.WritePiece(Tree, ref _slot, ref buffer, nodesMax: 40);
            if (length > 0)
            {
                _pieces.Add(buffer[..length]);
            }
        }
    }
}
