using System.Globalization;
using StreamCoord.Client.Topics;
using StreamCoord.Records;

namespace StreamCoord.Client.Producing;

/// <summary>
/// One topic of one producer: chooses each record's partition and keeps the senders. Records without a key go to one partition until its batch is closed, then to the next: so batches are large and partitions even.
/// Safe for concurrent use.
/// </summary>
internal sealed class TopicWriter
{
    private static readonly TimeSpan AgeMax = TimeSpan.FromMinutes(5);

    private readonly SenderContext _context;
    private readonly Lock _gate = new();
    private PartitionSender[] _senders = [];
    private KnownTopic _topic;
    private int _sticky;
    private long _lookedAt;
    private bool _isStale;

    /// <summary>Begins with a topic as it is now.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="context">What it shares with others.</param>
    /// <param name="firstSticky">Where records without a key begin; any number.</param>
    public TopicWriter(KnownTopic topic, SenderContext context, uint firstSticky)
    {
        (_topic, _context) = (topic, context);
        _sticky = (int)(firstSticky % (uint)topic.PartitionCount);
        Update(topic);
    }

    /// <summary>All senders.</summary>
    public IReadOnlyList<PartitionSender> Senders => Volatile.Read(ref _senders);

    /// <summary>The topic's name.</summary>
    public string Name => _topic.Name;

    /// <summary>True when it is time to look at the topic again: it may have more partitions. Found out when a batch is closed.</summary>
    public bool IsStale => Volatile.Read(ref _isStale);

    /// <summary>Takes a record, when there is memory for it; see <see cref="PartitionSender.TryTake"/>.</summary>
    /// <exception cref="StreamCoordException">The topic does not take it.</exception>
    public long TryTake(in OutgoingRecord record, long timestampMs, ReadOnlySpan<RecordHeader> headers, int sizeBytes, ref long creditBytes, out Delivery delivery)
    {
        KnownTopic topic = Volatile.Read(ref _topic);
        if (sizeBytes + BatchLayout.HeaderSizeBytes > topic.BatchBytesMax)
        {
            throw new StreamCoordException(ErrorCode.MessageTooLarge, string.Create(CultureInfo.InvariantCulture,
                $"The record takes up to {sizeBytes} bytes, and max.message.bytes of topic '{topic.Name}' is {topic.BatchBytesMax}. Send smaller records or raise the topic's configuration."));
        }
        PartitionSender[] senders = Volatile.Read(ref _senders);
        int partition = Choose(record, senders.Length);
        return senders[partition].TryTake(record, timestampMs, headers, sizeBytes, Math.Min(_context.Options.BatchBytes, topic.BatchBytesMax), ref creditBytes, out delivery);
    }

    /// <summary>The topic as it is now. Its partitions never get fewer.</summary>
    public void Update(KnownTopic topic)
    {
        lock (_gate)
        {
            Volatile.Write(ref _topic, topic);
            _lookedAt = _context.Time.GetTimestamp();
            Volatile.Write(ref _isStale, false);
            if (topic.PartitionCount > _senders.Length)
            {
                PartitionSender[] more =
                [
                    .. _senders,
                    .. Enumerable.Range(_senders.Length, topic.PartitionCount - _senders.Length).Select(partition => new PartitionSender(new TopicPartition(topic.Name, partition), _context, MoveOn)),
                ];
                Volatile.Write(ref _senders, more);
            }
        }
    }

    private int Choose(in OutgoingRecord record, int partitionCount)
    {
        if (record.Partition is { } wanted)
        {
            return wanted >= 0 && wanted < partitionCount ? wanted : throw NoSuchPartition(wanted, partitionCount);
        }
        int? chosen = _context.Options.Partitioner.Choose(record.Key is { } key ? new NullableBytes(key.Span) : NullableBytes.Null, partitionCount);
        return chosen is not { } partition ? Volatile.Read(ref _sticky)
            : (uint)partition < (uint)partitionCount ? partition
            : throw NoSuchPartition(partition, partitionCount);
    }

    private StreamCoordException NoSuchPartition(int partition, int partitionCount) => new(
        ErrorCode.UnknownTopicOrPartition, string.Create(CultureInfo.InvariantCulture, $"Topic '{_topic.Name}' has the partitions 0 to {partitionCount - 1}, not {partition}."));

    private void MoveOn(int partition)
    {
        if (_context.Time.GetElapsedTime(Volatile.Read(ref _lookedAt)) > AgeMax)
        {
            Volatile.Write(ref _isStale, true);
        }
        int count = Volatile.Read(ref _senders).Length;
        if (count > 1)
        {
            _ = Interlocked.CompareExchange(ref _sticky, (partition + 1) % count, partition);
        }
    }
}
