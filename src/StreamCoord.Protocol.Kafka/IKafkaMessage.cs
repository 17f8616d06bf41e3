namespace StreamCoord.Protocol.Kafka;

/// <summary>A request or a response body. Implementations are generated from the descriptions in Messages.</summary>
/// <typeparam name="TSelf">The message.</typeparam>
public interface IKafkaMessage<TSelf> : IKafkaBody
    where TSelf : IKafkaMessage<TSelf>
{
    /// <summary>The API key.</summary>
    static abstract short ApiKey { get; }

    /// <summary>The oldest version that is described.</summary>
    static abstract short VersionMin { get; }

    /// <summary>The newest version that is described.</summary>
    static abstract short VersionMax { get; }

    /// <summary>Whether a version has compact types and tagged fields (KIP-482).</summary>
    static abstract bool IsFlexible(short version);

    /// <summary>Reads one.</summary>
    /// <exception cref="KafkaFormatException">The bytes are not of this version.</exception>
    static abstract TSelf Read(ref KafkaReader reader, short version);
}

/// <summary>What can be written as the body of a request or a response.</summary>
public interface IKafkaBody
{
    /// <summary>Writes it in a version. What the version lacks is left out.</summary>
    void Write(KafkaWriter writer, short version);
}

/// <summary>A response that can tell its client how long to be silent (KIP-219).</summary>
public interface IThrottledBody : IKafkaBody
{
    /// <summary>How long. Milliseconds; 0 when the client need not be.</summary>
    int ThrottleTimeMs { get; set; }
}
