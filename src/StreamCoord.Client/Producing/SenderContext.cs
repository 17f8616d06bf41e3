using StreamCoord.Client.Calls;

namespace StreamCoord.Client.Producing;

/// <summary>What the senders of one producer share. Safe for concurrent use.</summary>
/// <param name="Options">How the producer works.</param>
/// <param name="Calls">The cluster.</param>
/// <param name="Budget">The memory for records.</param>
/// <param name="Identities">Who they send as.</param>
/// <param name="Closing">Set when the producer ends without waiting any longer.</param>
internal sealed record SenderContext(ProducerOptions Options, GrainCalls Calls, BufferBudget Budget, IProducerIdentities Identities, CancellationToken Closing)
{
    /// <summary>The clock.</summary>
    public TimeProvider Time => Calls.Time;
}
