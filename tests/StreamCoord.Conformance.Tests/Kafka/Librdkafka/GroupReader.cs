using System.Collections.Concurrent;
using Confluent.Kafka;

namespace StreamCoord.Conformance.Tests.Kafka.Librdkafka;

/// <summary>One member of a group, on a thread of its own. It goes on by itself whatever happens to the silo.</summary>
internal sealed class GroupReader : IAsyncDisposable
{
    private readonly CancellationTokenSource _closing = new();
    private readonly IConsumer<Ignore, int> _consumer;
    private readonly Task _running;
    private readonly ConcurrentQueue<ConsumeResult<Ignore, int>> _results = new();
    private readonly ConcurrentQueue<KafkaPartition> _revoked = new();
    private volatile IReadOnlyList<KafkaPartition> _partitions = [];
    private int _commitCount;
    private int _rebalanceCount;

    public GroupReader(ConsumerConfig config, string topic)
    {
        config.AutoOffsetReset = AutoOffsetReset.Earliest;
        config.AutoCommitIntervalMs = 200;
        config.TopicMetadataRefreshIntervalMs = 500;
        config.ReconnectBackoffMaxMs = 500;
        _consumer = new ConsumerBuilder<Ignore, int>(config)
            .SetOffsetsCommittedHandler((_, committed) => Count(committed))
            .SetPartitionsAssignedHandler((_, _) => Interlocked.Increment(ref _rebalanceCount))
            .SetPartitionsRevokedHandler((_, revoked) => revoked.ForEach(one => _revoked.Enqueue(one.TopicPartition)))
            .SetErrorHandler((_, _) => { })
            .SetLogHandler((_, _) => { })
            .Build();
        _consumer.Subscribe(topic);
        _running = Task.Factory.StartNew(Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Everything it has read, in its order.</summary>
    public IReadOnlyCollection<ConsumeResult<Ignore, int>> Results => _results;

    public IEnumerable<int> Values => _results.Select(result => result.Message.Value);

    /// <summary>The partitions that it has now.</summary>
    public IReadOnlyList<KafkaPartition> Partitions => _partitions;

    /// <summary>The partitions that it was asked to give up, one after the other.</summary>
    public IReadOnlyCollection<KafkaPartition> Revoked => _revoked;

    public int CommitCount => _commitCount;

    /// <summary>How often it was told of partitions.</summary>
    public int RebalanceCount => _rebalanceCount;

    /// <summary>Commits, leaves the group unless it is a static member, and ends.</summary>
    public async Task CloseAsync()
    {
        await _closing.CancelAsync();
        await _running;
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        _closing.Dispose();
    }

    private void Count(CommittedOffsets committed)
    {
        if (!committed.Error.IsError)
        {
            Interlocked.Increment(ref _commitCount);
        }
    }

    private void Run()
    {
        using (_consumer)
        {
            while (!_closing.IsCancellationRequested)
            {
                try
                {
                    if (_consumer.Consume(TimeSpan.FromMilliseconds(50)) is { } result)
                    {
                        _results.Enqueue(result);
                    }
                }
                catch (ConsumeException failure) when (!failure.Error.IsFatal)
                {
                    // The silo may be away for a while.
                }
                _partitions = [.. _consumer.Assignment];
            }
            _consumer.Close();
        }
    }
}
