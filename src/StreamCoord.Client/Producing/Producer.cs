using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using StreamCoord.Client.Calls;
using StreamCoord.Client.Diagnostics;
using StreamCoord.Client.Producing;
using StreamCoord.Client.Topics;
using StreamCoord.Groups;
using StreamCoord.Records;
using StreamCoord.Topics;

namespace StreamCoord.Client;

/// <summary>
/// Sends records to topics: gathers them into batches, numbers the batches so that each is in the log once, and sends again what has had no answer. Made by <see cref="StreamCoordClient.CreateProducer"/>.
/// </summary>
/// <remarks>
/// Owns its buffer and senders. Safe for concurrent use, but for transactions, which are begun and ended by one caller. Records of one caller for one partition keep their order. A delivery that is reported is as durable as
/// <see cref="ProducerOptions.Acks"/> asks for. The memory of records that are not settled never exceeds <see cref="ProducerOptions.BufferBytes"/>.
/// </remarks>
public sealed class Producer : IAsyncDisposable
{
    private readonly ProducerOptions _options;
    private readonly GrainCalls _calls;
    private readonly SenderContext _context;
    private readonly BufferBudget _budget;
    private readonly TransactionLine? _transactions;
    private readonly CancellationTokenSource _closing = new();
    private readonly ConcurrentDictionary<string, TopicWriter> _topics = new();
    private readonly SemaphoreSlim _topicGate = new(1, 1);
    private volatile bool _isClosed;

    internal Producer(ProducerOptions options, GrainCalls calls)
    {
        (_options, _calls) = (options, calls);
        _budget = new BufferBudget(options.BufferBytes);
        _transactions = options.TransactionalId is { } id ? new TransactionLine(calls, id, options.TransactionTimeoutMs) : null;
        _context = new SenderContext(options, calls, _budget, _transactions as IProducerIdentities ?? new IdempotentIdentities(calls, options.IsIdempotent), _closing.Token);
    }

    /// <summary>How much of the buffer is free, in bytes.</summary>
    public long FreeBufferBytes => _budget.FreeBytes;

    /// <summary>
    /// Takes a record to be sent. Ends when the record is in the buffer, which it waits for when that is full; most often that is at once. What comes of it is told by the <see cref="Delivery"/>.
    /// </summary>
    /// <param name="topic">The topic.</param>
    /// <param name="record">The record; its memory is the caller's again when this ends.</param>
    /// <param name="cancellationToken">Ends the wait for room; the record is not taken then.</param>
    /// <exception cref="StreamCoordException">There is no such topic or partition, the record is too large, or there is no transaction open.</exception>
    /// <exception cref="ObjectDisposedException">The producer is closed.</exception>
    public ValueTask<Delivery> SendAsync(string topic, in OutgoingRecord record, CancellationToken cancellationToken = default)
    {
        long creditBytes = 0;
        return _topics.TryGetValue(topic, out TopicWriter? writer) && !writer.IsStale && TryTake(writer, record, ref creditBytes, out Delivery delivery) == 0
            ? new(delivery)
            : SendSlowlyAsync(topic, record, cancellationToken);
    }

    /// <summary>Sends a record and waits until it is delivered. For those who send one at a time: with <see cref="SendAsync"/> many can be under way.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="record">The record; its memory must not change until this ends.</param>
    /// <param name="cancellationToken">Ends the wait; the record may be delivered all the same.</param>
    /// <exception cref="DeliveryFailedException">It was not delivered, or it is not known whether it was.</exception>
    /// <exception cref="StreamCoordException">It could not be taken.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<DeliveryReport> ProduceAsync(string topic, OutgoingRecord record, CancellationToken cancellationToken = default)
    {
        Delivery delivery = await SendAsync(topic, record, cancellationToken).ConfigureAwait(false);
        return await delivery.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Sends everything that was taken before, without letting it linger, and waits until all of it is settled. Does not fail when a delivery does: each tells of itself.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task FlushAsync(CancellationToken cancellationToken = default) => Task.WhenAll(AllSenders().Select(sender => sender.FlushAsync())).WaitAsync(cancellationToken);

    /// <summary>
    /// Takes the transactional id over: the producer before it is fenced, and its open transaction aborted. To be called once, before the inputs of the first transaction are read; <see cref="BeginTransactionAsync"/> does it
    /// where nobody has.
    /// </summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="StreamCoordException">The coordinator refuses, or does not answer in time.</exception>
    public Task InitTransactionsAsync(CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_isClosed, this);
        return Transactions.InitAsync(cancellationToken);
    }

    /// <summary>Opens a transaction. All that is sent until it is ended belongs to it.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="StreamCoordException">There is one open.</exception>
    /// <exception cref="ProducerFencedException">A newer producer of the same transactional id has taken over.</exception>
    public async Task<ProducerTransaction> BeginTransactionAsync(CancellationToken cancellationToken = default)
    {
        if (Transactions.Stage == TransactionStage.New)
        {
            await InitTransactionsAsync(cancellationToken).ConfigureAwait(false);
        }
        ObjectDisposedException.ThrowIf(_isClosed, this);
        Transactions.Begin();
        return new ProducerTransaction(this);
    }

    /// <summary>Sends what was taken and waits for its deliveries, as long as <see cref="ProducerOptions.DeliveryTimeoutMs"/> allows; an open transaction is aborted. Then the producer takes no more.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_isClosed)
        {
            return;
        }
        _isClosed = true;
        if (_transactions is { Stage: TransactionStage.Open })
        {
            await using ProducerTransaction open = new(this);
        }
        await FlushAsync().ConfigureAwait(false);
        await _closing.CancelAsync().ConfigureAwait(false);
        foreach (PartitionSender sender in AllSenders())
        {
            sender.Abandon(new BatchFailure(ErrorCode.OperationNotAttempted, "The producer was closed before the record was sent.", MayBeWritten: false));
            sender.Dispose();
        }
        (_context.Identities as IDisposable)?.Dispose();
        _topicGate.Dispose();
        _closing.Dispose();
    }

    internal Task SendOffsetsAsync(ConsumerGroupMetadata group, IReadOnlyList<OffsetToCommit> offsets, CancellationToken cancellationToken) =>
        offsets.Count == 0 ? Task.CompletedTask : Transactions.SendOffsetsAsync(group, offsets, cancellationToken);

    internal async Task CommitAsync(CancellationToken cancellationToken)
    {
        if (Transactions.Stage == TransactionStage.Open)
        {
            await FlushAsync(cancellationToken).ConfigureAwait(false);
        }
        await Transactions.CommitAsync(cancellationToken).ConfigureAwait(false);
    }

    internal async Task AbortAsync(CancellationToken cancellationToken)
    {
        if (Transactions.TryAbandon())
        {
            foreach (PartitionSender sender in AllSenders())
            {
                sender.Abandon(new BatchFailure(ErrorCode.OperationNotAttempted, "The transaction was aborted.", MayBeWritten: false));
            }
        }
        await FlushAsync(cancellationToken).ConfigureAwait(false);
        await Transactions.AbortAsync(cancellationToken).ConfigureAwait(false);
    }

    private TransactionLine Transactions => _transactions ?? throw new InvalidOperationException(
        $"The producer has no transactions. Set {nameof(ProducerOptions)}.{nameof(ProducerOptions.TransactionalId)} to have them.");

    private IEnumerable<PartitionSender> AllSenders() => _topics.Values.SelectMany(topic => topic.Senders);

    // 0 when it is taken; else how much memory it takes.
    private long TryTake(TopicWriter writer, in OutgoingRecord record, ref long creditBytes, out Delivery delivery)
    {
        ObjectDisposedException.ThrowIf(_isClosed, this);
        _transactions?.RequireOpen();
        RecordHeader[]? traced = ProducerTracing.Begin(writer.Name, record, out Activity? activity);
        using (activity)
        {
            ReadOnlySpan<RecordHeader> headers = traced ?? record.Headers.Span;
            long sizeBytes = RecordSize.Max(record, headers);
            if (sizeBytes > _options.RecordBytesMax)
            {
                throw new StreamCoordException(ErrorCode.MessageTooLarge, string.Create(CultureInfo.InvariantCulture,
                    $"The record takes up to {sizeBytes} bytes, and {nameof(ProducerOptions)}.{nameof(ProducerOptions.RecordBytesMax)} is {_options.RecordBytesMax}. Send smaller records or raise it."));
            }
            long timestampMs = record.TimestampMs ?? _calls.Time.GetUtcNow().ToUnixTimeMilliseconds();
            return writer.TryTake(record, timestampMs, headers, (int)sizeBytes, ref creditBytes, out delivery);
        }
    }

    private async ValueTask<Delivery> SendSlowlyAsync(string topic, OutgoingRecord record, CancellationToken cancellationToken)
    {
        long creditBytes = 0;
        try
        {
            while (true)
            {
                ObjectDisposedException.ThrowIf(_isClosed, this);
                TopicWriter writer = _topics.TryGetValue(topic, out TopicWriter? known) && !known.IsStale ? known : await FindTopicAsync(topic, cancellationToken).ConfigureAwait(false);
                long neededBytes = TryTake(writer, record, ref creditBytes, out Delivery delivery);
                if (neededBytes == 0)
                {
                    return delivery;
                }
                // What lingers holds the memory that somebody waits for.
                foreach (PartitionSender sender in AllSenders())
                {
                    _ = sender.FlushAsync();
                }
                _budget.Return(creditBytes);
                creditBytes = 0;
                await _budget.TakeAsync(neededBytes, cancellationToken).ConfigureAwait(false);
                creditBytes = neededBytes;
            }
        }
        finally
        {
            _budget.Return(creditBytes);
        }
    }

    private async Task<TopicWriter> FindTopicAsync(string topic, CancellationToken cancellationToken)
    {
        await _topicGate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_topics.TryGetValue(topic, out TopicWriter? known) && !known.IsStale)
            {
                return known;
            }
            TopicReply reply = TopicName.Check(topic) is { } problem
                ? TopicReply.Refused(ErrorCode.InvalidTopicException, problem)
                : await _calls.AskAsync(
                    grains => _options.CreatesTopics ? grains.GetGrain<ITopicGrain>(topic).DescribeOrCreate() : grains.GetGrain<ITopicGrain>(topic).Describe(), found => found.Error, cancellationToken)
                    .ConfigureAwait(false);
            GrainCalls.Require(reply.Error, reply.Message);
            KnownTopic found = KnownTopic.Of(reply.Topic!);
            if (known is not null)
            {
                known.Update(found);
                return known;
            }
            return _topics.GetOrAdd(topic, new TopicWriter(found, _context, (uint)RandomNumberGenerator.GetInt32(int.MaxValue)));
        }
        finally
        {
            _topicGate.Release();
        }
    }
}
