using StreamCoord.Coordination.Tests.Tree;
using StreamCoord.Grains.Tests.ZNodes.Checking;
using StreamCoord.ZNodes;

namespace StreamCoord.Grains.Tests.ZNodes;

/// <summary>Clients that go on doing random things to a silo until they are told to stop, through its crashes too, and what they saw.</summary>
internal sealed class TreeWorkload
{
    private const int Clients = 8;

    private readonly TreeSilo _silo;
    private readonly Zxid _first;
    private readonly TreeWorker[] _workers;

    public TreeWorkload(TreeSilo silo, int seed)
    {
        (_silo, _first) = (silo, silo.Tree.AppliedZxid);
        _workers = [.. Enumerable.Range(0, Clients).Select(i => new TreeWorker(silo, History, i, new Random(unchecked(seed + (1000 * i)))))];
    }

    public History History { get; } = new();

    public int AcknowledgedCount => History.Observations.Count(one => one.Changed);

    public int UnknownCount => History.Observations.Count(one => one.IsWrite && one.IsUnknown);

    public async Task CreateRootAsync()
    {
        var root = new CreateOperation("/t", new byte[4], AclEntry.Open);
        await History.ObserveAsync(0, ZNodeCaller.Anonymous, root, true, () => _silo.MustAsync(root));
    }

    /// <summary>Lets every client do so many things.</summary>
    public Task RunAsync(int stepsPerClient) => Task.WhenAll(_workers.Select(worker => Task.Run(async () =>
    {
        for (int i = 0; i < stepsPerClient; i++)
        {
            await worker.StepAsync(withMultisAndSessions: true);
        }
    })));

    /// <summary>Ends when the clients have done so many things together since the beginning.</summary>
    public async Task WaitForAsync(int count)
    {
        while (History.Observations.Count < count)
        {
            await Task.Yield();
        }
    }

    /// <summary>Holds what everybody saw against the log, and the tree against what the log says.</summary>
    public async Task AssertConsistentAsync()
    {
        IReadOnlyList<LogTransaction> log = await LogTransaction.ReadAllAsync(_silo.Log);
        Assert.Null(UnknownOutcomes.Resolve(History.Observations, log, _first, out IReadOnlyList<Observation> resolved));
        var model = NaiveTree.BeginningAt(_first);
        Assert.Null(ZxidOrderChecker.FindProblem(resolved, model));
        await TreeImage.AssertIsAsync(model, _silo.Tree);
    }
}
