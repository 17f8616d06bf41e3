namespace StreamCoord.Log.Producers;

/// <summary>
/// Which producers have a transaction of which their coordinator says that this partition belongs to it (KIP-890): only they may write the first transactional batch here. Without it a late batch of a transaction
/// that has ended would begin one that nobody ends.
/// </summary>
/// <remarks>
/// Safe for concurrent use. Whoever wants to append asks the coordinator between <see cref="Begin"/> and <see cref="TryAdmit"/>; a marker that is written in between makes the answer void. What is in
/// here costs a few bytes for each open transaction and is lost with the process: then the coordinator is asked again.
/// </remarks>
public sealed class TransactionAdmission
{
    private readonly Lock _gate = new();
    private readonly Dictionary<long, Inquiry> _producers = [];

    /// <summary>Whether a producer's batches may be appended in this epoch without asking.</summary>
    public bool IsKnown(long producerId, short producerEpoch)
    {
        lock (_gate)
        {
            return _producers.TryGetValue(producerId, out Inquiry? inquiry) && inquiry.IsAdmitted && inquiry.ProducerEpoch == producerEpoch;
        }
    }

    /// <summary>The coordinator is about to be asked.</summary>
    public Inquiry Begin(long producerId, short producerEpoch)
    {
        lock (_gate)
        {
            if (!_producers.TryGetValue(producerId, out Inquiry? inquiry) || inquiry.ProducerEpoch != producerEpoch)
            {
                _producers[producerId] = inquiry = new Inquiry(producerId, producerEpoch);
            }
            return inquiry;
        }
    }

    /// <summary>The coordinator has said yes; false when a marker was written since it was asked.</summary>
    public bool TryAdmit(Inquiry inquiry)
    {
        lock (_gate)
        {
            inquiry.IsAdmitted |= _producers.TryGetValue(inquiry.ProducerId, out Inquiry? current) && ReferenceEquals(current, inquiry);
            return inquiry.IsAdmitted;
        }
    }

    /// <summary>The coordinator has said no.</summary>
    public void Drop(Inquiry inquiry)
    {
        lock (_gate)
        {
            if (_producers.TryGetValue(inquiry.ProducerId, out Inquiry? current) && ReferenceEquals(current, inquiry) && !inquiry.IsAdmitted)
            {
                _producers.Remove(inquiry.ProducerId);
            }
        }
    }

    /// <summary>A marker of that producer is being written.</summary>
    public void Forget(long producerId)
    {
        lock (_gate)
        {
            _producers.Remove(producerId);
        }
    }

    /// <summary>One question to the coordinator.</summary>
    public sealed class Inquiry
    {
        internal Inquiry(long producerId, short producerEpoch) => (ProducerId, ProducerEpoch) = (producerId, producerEpoch);

        internal long ProducerId { get; }

        internal short ProducerEpoch { get; }

        internal bool IsAdmitted { get; set; }
    }
}
