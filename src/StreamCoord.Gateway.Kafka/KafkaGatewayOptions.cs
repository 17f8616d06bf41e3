namespace StreamCoord.Gateway.Kafka;

/// <summary>Limits and times of the Kafka gateway.</summary>
public sealed class KafkaGatewayOptions
{
    /// <summary><c>Kafka:RequestBytesMax</c>: the largest request (Kafka's <c>socket.request.max.bytes</c>). A larger one closes its connection.</summary>
    public int RequestBytesMax { get; init; } = 104_857_600;

    /// <summary><c>Kafka:FetchBytesMax</c>: the most that one fetch returns, whatever it asks for, but for its first batch (Kafka's <c>fetch.max.bytes</c>).</summary>
    public int FetchBytesMax { get; init; } = 57_671_680;

    /// <summary><c>Kafka:IdleMs</c>: how long a connection may send nothing (Kafka's <c>connections.max.idle.ms</c>). Milliseconds.</summary>
    public int IdleMs { get; init; } = 600_000;
}
