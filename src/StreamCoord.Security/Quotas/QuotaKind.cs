namespace StreamCoord.Security;

/// <summary>What a quota bounds.</summary>
public enum QuotaKind
{
    /// <summary>Bytes per second that are produced (KIP-13).</summary>
    ProducerByteRate,

    /// <summary>Bytes per second that are fetched (KIP-13).</summary>
    ConsumerByteRate,

    /// <summary>Time of a thread that requests take, in percent (KIP-124).</summary>
    RequestPercentage,

    /// <summary>Partitions per second that are created or deleted (KIP-599).</summary>
    ControllerMutationRate,

    /// <summary>Connections per second from an address (KIP-612).</summary>
    ConnectionCreationRate,
}
