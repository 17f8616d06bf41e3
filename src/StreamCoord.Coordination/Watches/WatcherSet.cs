using System.Numerics;
using System.Runtime.InteropServices;
using StreamCoord.ZNodes;

namespace StreamCoord.Coordination.Watches;

/// <summary>
/// The watches of one path: who has which kinds. Holds a single watcher without a table, for most paths have no more. Not safe for concurrent use: the owner of
/// the tree's watches guards it.
/// </summary>
public sealed class WatcherSet
{
    /// <summary>All kinds of watch.</summary>
    public const WatchKinds AllKinds = WatchKinds.Data | WatchKinds.Children | WatchKinds.Persistent | WatchKinds.PersistentRecursive;

    /// <summary>The kinds that one event ends.</summary>
    internal const WatchKinds OneShot = WatchKinds.Data | WatchKinds.Children;

    private IWatcher? _only;
    private WatchKinds _onlyKinds;
    private Dictionary<IWatcher, WatchKinds>? _many;

    /// <summary>How many watches there are; each kind of a watcher counts.</summary>
    public int Count { get; private set; }

    /// <summary>How many of them are recursive.</summary>
    public int RecursiveCount { get; private set; }

    /// <summary>True when there is no watch.</summary>
    public bool IsEmpty => Count == 0;

    /// <summary>Everybody who has a watch of any of these kinds.</summary>
    public IEnumerable<IWatcher> Having(WatchKinds kinds) =>
        _many is not null ? _many.Where(has => (has.Value & kinds) != 0).Select(has => has.Key)
        : _only is not null && (_onlyKinds & kinds) != 0 ? [_only]
        : [];

    /// <summary>Gives a watcher watches of these kinds; the ones that it has already stay.</summary>
    public void Arm(IWatcher watcher, WatchKinds kinds)
    {
        Invariant.Holds(kinds != WatchKinds.None && (kinds & ~AllKinds) == 0);
        WatchKinds before = KindsOf(watcher);
        if (_many is not null)
        {
            _many[watcher] = before | kinds;
        }
        else if (_only is null || ReferenceEquals(_only, watcher))
        {
            (_only, _onlyKinds) = (watcher, before | kinds);
        }
        else
        {
            _many = new(ReferenceEqualityComparer.Instance) { [_only] = _onlyKinds, [watcher] = kinds };
            (_only, _onlyKinds) = (null, WatchKinds.None);
        }
        CountIn(kinds & ~before);
    }

    /// <summary>Removes a watcher's watches of these kinds, and no other. False when it had none of them.</summary>
    public bool Remove(IWatcher watcher, WatchKinds kinds)
    {
        WatchKinds before = KindsOf(watcher);
        WatchKinds removed = before & kinds;
        if (removed == WatchKinds.None)
        {
            return false;
        }
        CountOut(removed);
        WatchKinds left = before & ~kinds;
        if (_many is null)
        {
            (_only, _onlyKinds) = (left == WatchKinds.None ? null : _only, left);
        }
        else if (left != WatchKinds.None)
        {
            _many[watcher] = left;
        }
        else
        {
            _many.Remove(watcher);
            DropTableIfEmpty();
        }
        return true;
    }

    /// <summary>Removes all watches of a watcher. False when it had none.</summary>
    public bool RemoveAll(IWatcher watcher) => Remove(watcher, AllKinds);

    /// <summary>True when a watcher has a watch of any of these kinds.</summary>
    public bool Has(IWatcher watcher, WatchKinds kinds) => (KindsOf(watcher) & kinds) != 0;

    /// <summary>
    /// Offers every watcher that has any of these kinds to <paramref name="audience"/>, once, and spends the one-shot ones among them. Returns how many were spent.
    /// </summary>
    internal int Fire<TAudience>(WatchKinds kinds, ref TAudience audience)
        where TAudience : struct, IAudience
    {
        int countBefore = Count;
        if (_many is null)
        {
            FireOnly(kinds, ref audience);
        }
        else
        {
            FireMany(kinds, ref audience);
        }
        return countBefore - Count;
    }

    private void FireOnly<TAudience>(WatchKinds kinds, ref TAudience audience)
        where TAudience : struct, IAudience
    {
        if (_only is { } watcher && (_onlyKinds & kinds) != 0)
        {
            audience.Offer(watcher);
            Remove(watcher, kinds & OneShot);
        }
    }

    private void FireMany<TAudience>(WatchKinds kinds, ref TAudience audience)
        where TAudience : struct, IAudience
    {
        WatchKinds spent = kinds & OneShot;
        foreach ((IWatcher watcher, WatchKinds has) in _many!)
        {
            if ((has & kinds) == 0)
            {
                continue;
            }
            audience.Offer(watcher);
            CountOut(has & spent);

            // Neither of these disturbs the enumeration.
            if ((has & ~spent) == 0)
            {
                _many.Remove(watcher);
            }
            else
            {
                CollectionsMarshal.GetValueRefOrNullRef(_many, watcher) = has & ~spent;
            }
        }
        DropTableIfEmpty();
    }

    private WatchKinds KindsOf(IWatcher watcher) =>
        _many is not null ? _many.GetValueOrDefault(watcher) : ReferenceEquals(_only, watcher) ? _onlyKinds : WatchKinds.None;

    private void DropTableIfEmpty()
    {
        if (_many is { Count: 0 })
        {
            _many = null;
        }
    }

    private void CountIn(WatchKinds kinds)
    {
        Count += BitOperations.PopCount((uint)kinds);
        RecursiveCount += (kinds & WatchKinds.PersistentRecursive) != 0 ? 1 : 0;
    }

    private void CountOut(WatchKinds kinds)
    {
        Count -= BitOperations.PopCount((uint)kinds);
        RecursiveCount -= (kinds & WatchKinds.PersistentRecursive) != 0 ? 1 : 0;
        Invariant.Holds(RecursiveCount >= 0 && Count >= RecursiveCount);
    }
}
