namespace StreamCoord.Coordination.Tree;

/// <summary>
/// All znodes in a list that can be walked in pieces while the tree changes: a znode never moves, and only znodes that came after the walk began can be missed.
/// Guarded by the tree's gate.
/// </summary>
internal sealed class NodeSlots
{
    private readonly List<ZNode?> _slots = [];
    private readonly Stack<int> _free = [];

    public int Count => _slots.Count - _free.Count;

    /// <summary>Where a walk ends.</summary>
    public int End => _slots.Count;

    public ZNode? this[int slot] => _slots[slot];

    public void Add(ZNode node)
    {
        if (_free.TryPop(out int slot))
        {
            _slots[slot] = node;
        }
        else
        {
            slot = _slots.Count;
            _slots.Add(node);
        }
        node.Slot = slot;
    }

    public void Remove(ZNode node)
    {
        _slots[node.Slot] = null;
        _free.Push(node.Slot);
    }

    public void EnsureCapacity(int count) => _slots.EnsureCapacity(count);
}
