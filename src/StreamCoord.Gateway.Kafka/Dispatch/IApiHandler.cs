using StreamCoord.Protocol.Kafka;

namespace StreamCoord.Gateway.Kafka.Dispatch;

/// <summary>What answers the requests of one API. Safe for concurrent use.</summary>
internal interface IApiHandler
{
    /// <summary>The API.</summary>
    short ApiKey { get; }

    /// <summary>The oldest version that is advertised.</summary>
    short VersionMin { get; }

    /// <summary>The newest version that is advertised.</summary>
    short VersionMax { get; }

    /// <summary>Whether the request's header has tagged fields in a version.</summary>
    bool IsFlexible(short version);

    /// <summary>
    /// Reads the body and begins to answer. What must happen in the order of the requests of a connection has happened when the outer task ends; the inner one is the answer.
    /// </summary>
    /// <exception cref="KafkaFormatException">The body is not of this version.</exception>
    ValueTask<Task<KafkaResponse>> BeginAsync(ReadOnlyMemory<byte> body, KafkaRequestContext context);
}
