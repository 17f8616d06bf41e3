using CsCheck;
using StreamCoord.Coordination.Watches;
using StreamCoord.ZNodes;

namespace StreamCoord.Coordination.Tests.Watches;

/// <summary>Random watches and changes, against ZooKeeper's two tables written down plainly.</summary>
public sealed class WatchModelTests
{
    private static readonly string[] Paths = ["/", "/a", "/a/b", "/a/b/c", "/a/bb", "/d"];
    private static readonly AclEntry[] OnlyFirst = [new(ZNodePermissions.Read, "digest", "0:h")];
    private static readonly WatchKinds[] Kinds = [WatchKinds.Data, WatchKinds.Children, WatchKinds.Persistent, WatchKinds.PersistentRecursive];
    private static readonly WatchEventType[] Mutations = [WatchEventType.Created, WatchEventType.Deleted, WatchEventType.DataChanged];

    private static readonly Gen<WatchKinds> GenKinds = Gen.Int[1, 15].Select(bits => (WatchKinds)bits);

    private static readonly Gen<Step> GenStep = Gen.Frequency(
        (5, Gen.Select(Gen.Int[0, 2], Gen.OneOf(Paths), GenKinds, (who, path, kinds) => new Step(StepKind.Arm, who, path, kinds, default, false, false))),
        (2, Gen.Select(Gen.Int[0, 2], Gen.OneOf(Paths), GenKinds, (who, path, kinds) => new Step(StepKind.Remove, who, path, kinds, default, false, false))),
        (1, Gen.Select(Gen.Int[0, 2], Gen.OneOf(Paths), (who, path) => new Step(StepKind.RemoveAll, who, path, WatcherSet.AllKinds, default, false, false))),
        (8, Gen.Select(Gen.OneOf(Paths[1..]), Gen.OneOf(Mutations), Gen.Bool, Gen.Bool, (path, mutation, isOpen, isParentOpen) =>
            new Step(StepKind.Fire, 0, path, default, mutation, isOpen, isParentOpen))));

    private enum StepKind
    {
        Arm,
        Remove,
        RemoveAll,
        Fire,
    }

    [Fact]
    public void Watches_fire_as_in_two_plain_tables() => GenStep.Array[1, 40].Sample(Run, iter: 3_000);

    private static void Run(Step[] steps)
    {
        var sets = new TestSets();
        TestWatcher[] watchers = [.. Enumerable.Range(0, 3).Select(i => new TestWatcher(new AuthIdentity("digest", $"{i}:h")))];
        var model = new Model();
        for (int i = 0; i < steps.Length; i++)
        {
            Step step = steps[i];
            switch (step.Kind)
            {
                case StepKind.Arm:
                    sets[step.Path].Arm(watchers[step.Who], step.Kinds);
                    model.Arm(step.Who, step.Path, step.Kinds);
                    break;
                case StepKind.Remove:
                    Assert.Equal(model.Remove(step.Who, step.Path, step.Kinds), sets[step.Path].Remove(watchers[step.Who], step.Kinds));
                    break;
                case StepKind.RemoveAll:
                    Assert.Equal(model.Remove(step.Who, step.Path, step.Kinds), sets[step.Path].RemoveAll(watchers[step.Who]));
                    break;
                default:
                    Fire(sets, watchers, model, step, new Zxid(i));
                    break;
            }
            foreach (string path in Paths)
            {
                Assert.Equal(model.Count(path), sets[path].Count);
                Assert.Equal(model.Count(path, WatchKinds.PersistentRecursive), sets[path].RecursiveCount);
                Assert.All(Enumerable.Range(0, 3), who => Assert.All(Kinds, kind => Assert.Equal(model.Has(who, path, kind), sets[path].Has(watchers[who], kind))));
            }
        }
    }

    private static void Fire(TestSets sets, TestWatcher[] watchers, Model model, Step step, Zxid zxid)
    {
        int countBefore = sets.Count;
        int spent = sets.Fire(step.Mutation, step.Path, zxid, AclOf(step.IsOpen), AclOf(step.IsParentOpen));
        Assert.Equal(countBefore - spent, sets.Count);

        List<(int Who, WatchEvent Event)> expected = model.Fire(step, zxid);
        for (int who = 0; who < watchers.Length; who++)
        {
            Assert.Equal(expected.Where(told => told.Who == who).Select(told => told.Event), watchers[who].TakeTold());
        }
    }

    private static IReadOnlyList<AclEntry> AclOf(bool isOpen) => isOpen ? AclEntry.Open : OnlyFirst;

    private sealed record Step(StepKind Kind, int Who, string Path, WatchKinds Kinds, WatchEventType Mutation, bool IsOpen, bool IsParentOpen);

    /// <summary>Two sets of (who, path, mode); a trigger collects whom it concerns, then tells them.</summary>
    private sealed class Model
    {
        private readonly HashSet<(int Who, string Path, WatchKinds Mode)> _data = [];
        private readonly HashSet<(int Who, string Path, WatchKinds Mode)> _children = [];

        public void Arm(int who, string path, WatchKinds kinds)
        {
            foreach (WatchKinds kind in Kinds.Where(kind => kinds.HasFlag(kind)))
            {
                (kind == WatchKinds.Children ? _children : _data).Add((who, path, kind));
                if (kind == WatchKinds.Persistent)
                {
                    _children.Add((who, path, kind));
                }
            }
        }

        public bool Remove(int who, string path, WatchKinds kinds) =>
            _data.RemoveWhere(Meant(who, path, kinds)) + _children.RemoveWhere(Meant(who, path, kinds)) > 0;

        public bool Has(int who, string path, WatchKinds kind) => _data.Contains((who, path, kind)) || _children.Contains((who, path, kind));

        public int Count(string path, WatchKinds kinds = WatcherSet.AllKinds) => _data.Union(_children).Count(watch => watch.Path == path && kinds.HasFlag(watch.Mode));

        public List<(int Who, WatchEvent Event)> Fire(Step step, Zxid zxid)
        {
            var told = new List<(int, WatchEvent)>();
            HashSet<int> heard = Trigger(_data, step.Path, step.Mutation, zxid, step.IsOpen, [], told);
            if (step.Mutation == WatchEventType.Deleted)
            {
                Trigger(_children, step.Path, step.Mutation, zxid, step.IsOpen, heard, told);
            }
            if (step.Mutation != WatchEventType.DataChanged)
            {
                string parent = step.Path.LastIndexOf('/') is var slash and > 0 ? step.Path[..slash] : "/";
                Trigger(_children, parent, WatchEventType.ChildrenChanged, zxid, step.IsParentOpen, [], told);
            }
            return told;
        }

        private static HashSet<int> Trigger(
            HashSet<(int Who, string Path, WatchKinds Mode)> table, string path, WatchEventType type, Zxid zxid, bool isOpen, HashSet<int> suppressed,
            List<(int, WatchEvent)> told)
        {
            HashSet<int> concerned =
            [
                .. table.Where(watch => watch.Path == path
                        || (watch.Mode == WatchKinds.PersistentRecursive && (watch.Path == "/" || path.StartsWith(watch.Path + "/", StringComparison.Ordinal))))
                    .Select(watch => watch.Who),
            ];
            table.RemoveWhere(watch => watch.Path == path && watch.Mode is (WatchKinds.Data or WatchKinds.Children));
            foreach (int who in concerned.Except(suppressed).Where(who => isOpen || who == 0))
            {
                told.Add((who, new WatchEvent(type, path, zxid)));
            }
            return concerned;
        }

        private static Predicate<(int Who, string Path, WatchKinds Mode)> Meant(int who, string path, WatchKinds kinds) =>
            watch => watch.Who == who && watch.Path == path && kinds.HasFlag(watch.Mode);
    }
}
