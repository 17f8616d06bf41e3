using StreamCoord.Groups;
using StreamCoord.Groups.Classic;
using StreamCoord.Groups.Consumer;
using StreamCoord.Groups.Offsets;

namespace StreamCoord.Grains.Groups;

/// <summary>
/// What is durable of one group. Owned by the term that read it. Written by the term only, in the order of its log; read by anybody. Safe for concurrent use: the offsets are touched under
/// <see cref="Gate"/>.
/// </summary>
internal sealed class StoredGroup(string groupId)
{
    private readonly ConsumerGroupState _consumers = new();
    private volatile GroupMetadata? _metadata;
    private volatile GroupListing _listing = new(groupId, "", GroupState.Empty);

    public string GroupId => groupId;

    /// <summary>Guards <see cref="Offsets"/> and <see cref="Consumers"/>.</summary>
    public Lock Gate { get; } = new();

    public GroupOffsets Offsets { get; } = new();

    /// <summary>The metadata, or null when there is none: nobody has ever joined.</summary>
    public GroupMetadata? Metadata
    {
        get => _metadata;
        set => _metadata = value;
    }

    /// <summary>Members in the protocol of KIP-848, and that the group is of that type.</summary>
    public ConsumerGroupState Consumers => _consumers;

    /// <summary>True when the group is of the consumer type.</summary>
    public bool IsOfConsumers
    {
        get
        {
            lock (Gate)
            {
                return _consumers.Exists;
            }
        }
    }

    /// <summary>True when more than offsets is known of the group.</summary>
    public bool HasType
    {
        get
        {
            lock (Gate)
            {
                return _metadata is not null || !_consumers.IsEmpty;
            }
        }
    }

    /// <summary>The group in the list of all, as it was last; kept up by its grain.</summary>
    public GroupListing Listing
    {
        get => _listing;
        set => _listing = value;
    }

    public bool IsEmpty
    {
        get
        {
            lock (Gate)
            {
                return _metadata is null && _consumers.IsEmpty && Offsets.Count == 0 && !Offsets.HasPending;
            }
        }
    }

    /// <summary>Takes over what is durable of the members in the protocol of KIP-848.</summary>
    public void Apply(IReadOnlyList<ConsumerGroupChange> changes)
    {
        lock (Gate)
        {
            foreach (ConsumerGroupChange change in changes)
            {
                _consumers.Apply(change);
            }
        }
    }

    /// <summary>Lists the group as it was written.</summary>
    public void ListAsStored()
    {
        if (_consumers.Exists)
        {
            _listing = new GroupListing(groupId, "consumer", _consumers.Subscriptions.Count == 0 ? GroupState.Empty : GroupState.Stable, GroupType.Consumer);
            return;
        }
        if (_metadata is { } metadata)
        {
            _listing = new GroupListing(groupId, metadata.ProtocolType, metadata.Members.Count == 0 ? GroupState.Empty : GroupState.Stable);
        }
    }

    /// <summary>True when its grain has to look after it though nobody calls: sessions may end, offsets expire, or nothing is left.</summary>
    public bool NeedsMaintenance(long retentionMs, long nowMs)
    {
        lock (Gate)
        {
            bool hasOffsets = Offsets.Count > 0 || Offsets.HasPending;
            if (_consumers.Exists && (_consumers.Subscriptions.Count > 0 || !hasOffsets))
            {
                return true;
            }
            return _metadata is { } metadata && (metadata.Members.Count > 0 || !hasOffsets) || Offsets.MayExpire(retentionMs, nowMs);
        }
    }
}
