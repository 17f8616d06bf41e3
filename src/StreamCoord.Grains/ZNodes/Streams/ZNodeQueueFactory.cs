using Orleans.Configuration;
using Orleans.Streams;
using StreamCoord.ZNodes;

namespace StreamCoord.Grains.ZNodes.Streams;

/// <summary>Gives Orleans' streams the one queue that there is: the log of the tree. Only the log is written to; nobody writes through a stream.</summary>
internal sealed class ZNodeQueueFactory(TreeFeed feed, TreeHistory history) : IQueueAdapterFactory, IQueueAdapter, IQueueAdapterCache
{
    private readonly HashRingBasedStreamQueueMapper _mapper = new(new HashRingStreamQueueMapperOptions { TotalQueueCount = 1 }, ZNodeChanges.Provider);
    private ChangeQueue? _queue;

    /// <inheritdoc/>
    public string Name => ZNodeChanges.Provider;

    /// <inheritdoc/>
    public bool IsRewindable => true;

    /// <inheritdoc/>
    public StreamProviderDirection Direction => StreamProviderDirection.ReadOnly;

    /// <inheritdoc/>
    public Task<IQueueAdapter> CreateAdapter() => Task.FromResult<IQueueAdapter>(this);

    /// <inheritdoc/>
    public IQueueAdapterCache GetQueueAdapterCache() => this;

    /// <inheritdoc/>
    public IStreamQueueMapper GetStreamQueueMapper() => _mapper;

    /// <inheritdoc/>
    public Task<IStreamFailureHandler> GetDeliveryFailureHandler(QueueId queueId) => Task.FromResult<IStreamFailureHandler>(new NoOpStreamDeliveryFailureHandler());

    /// <inheritdoc/>
    public IQueueCache CreateQueueCache(QueueId queueId) => _queue = new ChangeQueue(feed, history);

    /// <inheritdoc/>
    public IQueueAdapterReceiver CreateReceiver(QueueId queueId) => _queue!;

    /// <inheritdoc/>
    public Task QueueMessageBatchAsync<T>(StreamId streamId, IEnumerable<T> events, StreamSequenceToken? token, Dictionary<string, object>? requestContext) =>
        throw new NotSupportedException("The stream tells of changes of the znode tree. To change it, write to the tree.");
}
