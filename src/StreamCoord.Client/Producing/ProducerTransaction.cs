using StreamCoord.Groups;

namespace StreamCoord.Client;

/// <summary>
/// One transaction of a transactional <see cref="Producer"/>: what is sent through the producer while it is open counts when it is committed, all of it or nothing. Disposing one that is not ended aborts it.
/// </summary>
public sealed class ProducerTransaction : IAsyncDisposable
{
    private readonly Producer _producer;
    private bool _isEnded;

    internal ProducerTransaction(Producer producer) => _producer = producer;

    /// <summary>Puts a group's offsets into the transaction, so that what was read and what was written from it count together.</summary>
    /// <param name="group">Who commits: <see cref="Consumer.GroupMetadata"/>.</param>
    /// <param name="offsets">For each partition the next offset to read: <see cref="Consumer.Positions"/>.</param>
    /// <param name="cancellationToken">Gives up; the transaction is to be aborted then.</param>
    /// <exception cref="TransactionFailedException">The group does not take them.</exception>
    /// <exception cref="ProducerFencedException">A newer producer of the same transactional id has taken over.</exception>
    public Task SendOffsetsAsync(ConsumerGroupMetadata group, IReadOnlyList<OffsetToCommit> offsets, CancellationToken cancellationToken = default) =>
        _producer.SendOffsetsAsync(group, offsets, cancellationToken);

    /// <summary>Waits for all deliveries and commits; durably decided when this returns. When it fails without an answer it can be called again, and hears what was decided.</summary>
    /// <param name="cancellationToken">Ends the wait; the transaction may be committed all the same.</param>
    /// <exception cref="TransactionFailedException">A record or offset was not delivered; abort.</exception>
    /// <exception cref="ProducerFencedException">A newer producer of the same transactional id has taken over, or the transaction was open for too long.</exception>
    public async Task CommitAsync(CancellationToken cancellationToken = default)
    {
        await _producer.CommitAsync(cancellationToken).ConfigureAwait(false);
        _isEnded = true;
    }

    /// <summary>Drops what is not sent yet and aborts; durably decided when this returns.</summary>
    /// <param name="cancellationToken">Ends the wait; the cluster aborts the transaction by itself when its time is over.</param>
    public async Task AbortAsync(CancellationToken cancellationToken = default)
    {
        await _producer.AbortAsync(cancellationToken).ConfigureAwait(false);
        _isEnded = true;
    }

    /// <summary>Aborts the transaction unless it is ended, as well as that can be done now: the cluster aborts it by itself when its time is over.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_isEnded)
        {
            return;
        }
        _isEnded = true;
        try
        {
            await _producer.AbortAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is StreamCoordException or InvalidOperationException)
        {
            // Fenced, or nobody answers, or a commit is on its way: there is nothing that this one could still do.
        }
    }
}
