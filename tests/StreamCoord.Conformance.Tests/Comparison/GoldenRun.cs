using StreamCoord.Conformance.Tests.Drivers;
using StreamCoord.Conformance.Tests.Operations;

namespace StreamCoord.Conformance.Tests.Comparison;

/// <summary>One sequence on two services, and what was different. Not safe for concurrent use.</summary>
internal sealed class GoldenRun(ITreeDriver reference, HttpDriver ours)
{
    private const string Super = "root";

    private readonly ReplyComparison _comparison = new();
    private readonly Dictionary<string, List<(int Step, string Type, string Path)>> _referenceEvents = [];
    private readonly Dictionary<long, int> _stepOfZxid = [];
    private readonly HashSet<int> _closeSteps = [];
    private long _newestZxid;
    private int _step;

    /// <summary>What was different, in words.</summary>
    public List<string> Differences { get; } = [];

    /// <summary>Every operation with both replies.</summary>
    public List<string> Trace { get; } = [];

    /// <summary>Opens the superuser's connections, and gives the reference what a silo has from its start.</summary>
    public async Task BeginAsync(string superUser)
    {
        await StepAsync(new("open", Super));
        await StepAsync(new("auth", Super) { User = superUser });
        (long session, long ourSession) = await ServiceNodes.CopyAsync(reference, ours, Super, superUser);
        _comparison.AddSession(session, ourSession);
    }

    /// <summary>Carries out one operation on both.</summary>
    public async Task<TreeReply> StepAsync(TreeOperation operation)
    {
        TreeReply expected = await reference.RunAsync(operation);
        TreeReply answered = await ours.RunAsync(operation);
        Trace.Add($"{_step}: {operation}\n    here  {expected}\n    there {answered}");
        if (!(operation.IsRead && operation.Path == ServiceNodes.Servers) && _comparison.Compare(operation, expected, answered) is { } difference)
        {
            Differences.Add($"{difference}\n    {Trace[^1]}");
        }
        if (!operation.IsRead && answered.IsOk && answered.Zxid > 0)
        {
            _stepOfZxid[answered.Zxid] = _step;
            _newestZxid = Math.Max(_newestZxid, answered.Zxid);
        }
        if (operation.Kind == "close")
        {
            _closeSteps.Add(_step);
        }
        foreach ((string connection, IReadOnlyList<string[]> events) in expected.Events!)
        {
            List<(int, string, string)> all = _referenceEvents.TryGetValue(connection, out List<(int, string, string)>? known) ? known : _referenceEvents[connection] = [];
            all.AddRange(events.Select(e => (_step, e[0], e[1])));
        }
        _step++;
        return expected;
    }

    /// <summary>Looks at every znode with the eyes of a superuser.</summary>
    public async Task CompareTreesAsync()
    {
        var open = new Queue<string>(["/"]);
        while (open.TryDequeue(out string? path))
        {
            await StepAsync(new("get", Super) { Path = path });
            await StepAsync(new("get_acl", Super) { Path = path });
            TreeReply children = await StepAsync(new("children", Super) { Path = path });
            foreach (string child in children.Children ?? [])
            {
                open.Enqueue(path == "/" ? $"/{child}" : $"{path}/{child}");
            }
        }
        if (_comparison.Zxids.FindContradiction() is { } contradiction)
        {
            Differences.Add($"The order of transactions: {contradiction}");
        }
    }

    /// <summary>Holds what watches were told against each other: what, about which znode, and by which operation.</summary>
    public async Task CompareEventsAsync()
    {
        foreach ((string connection, WatchCollector watch) in ours.Watches)
        {
            List<(int Step, string Type, string Path)> expected = _referenceEvents.TryGetValue(connection, out List<(int, string, string)>? events) ? events : [];
            (int, string, string)[] wanted = [.. WithoutRepetition(Sort(expected.Where(e => IsShown(e.Type, watch.Mode))))];
            (int, string, string)[] told = [.. Sort((await watch.EventsAsync(_newestZxid)).Select(e => (_stepOfZxid.GetValueOrDefault(e.Zxid, -1), e.Type, e.Path)))];
            if (!wanted.SequenceEqual(told))
            {
                int at = wanted.Zip(told).TakeWhile(pair => pair.First == pair.Second).Count();
                Differences.Add(
                    $"Watch {connection}, {watch.Mode}: event {at} is {wanted.ElementAtOrDefault(at)} of {wanted.Length} here, {told.ElementAtOrDefault(at)} of {told.Length} there");
            }
        }
    }

    private static bool IsShown(string type, string mode) => mode switch
    {
        "data" => type != "children_changed",
        "children" => type != "data_changed",
        _ => true,
    };

    /// <summary>The znodes that end with a session end in no particular order.</summary>
    private IEnumerable<(int Step, string Type, string Path)> Sort(IEnumerable<(int Step, string Type, string Path)> events) =>
        events.OrderBy(e => e.Step).ThenBy(e => _closeSteps.Contains(e.Step) ? e.Path : "", StringComparer.Ordinal);

    /// <summary>A stream tells equal events of one transaction once when they follow each other.</summary>
    private static IEnumerable<(int Step, string Type, string Path)> WithoutRepetition(IEnumerable<(int Step, string Type, string Path)> events)
    {
        (int, string, string)? before = null;
        foreach ((int, string, string) e in events)
        {
            if (e != before)
            {
                yield return e;
            }
            before = e;
        }
    }
}
