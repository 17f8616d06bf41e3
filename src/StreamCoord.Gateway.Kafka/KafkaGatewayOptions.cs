using StreamCoord.Gateway.Kafka.Clients;
using StreamCoord.Gateway.Kafka.Fetching;
using StreamCoord.Security;

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

    /// <summary><c>Kafka:Security</c>: how the listener is secured (Kafka's <c>listener.security.protocol.map</c>). Ssl and SaslSsl need Tls:CertificatePath.</summary>
    public ListenerSecurity Security { get; init; }

    /// <summary><c>Kafka:SaslMechanisms</c>: how clients may prove who they are, separated by commas (Kafka's <c>sasl.enabled.mechanisms</c>).</summary>
    public IReadOnlyList<SaslMechanism> SaslMechanisms { get; init; } = [SaslMechanism.Plain, SaslMechanism.ScramSha256, SaslMechanism.ScramSha512];

    /// <summary><c>Kafka:SaslMessageBytesMax</c>: the largest request of a client that has not proved who it is (Kafka's <c>sasl.server.max.receive.size</c>).</summary>
    public int SaslMessageBytesMax { get; init; } = 65_536;

    /// <summary><c>Kafka:AuthenticateMs</c>: how long a client may take to prove who it is. Milliseconds. Whoever only holds connections open loses them.</summary>
    public int AuthenticateMs { get; init; } = 30_000;

    /// <summary><c>Kafka:ReauthenticateMs</c>: how long what a client has proved holds; then it does so again or loses its connection (Kafka's <c>connections.max.reauth.ms</c>, KIP-368). 0 for as long as the connection. Milliseconds.</summary>
    public int ReauthenticateMs { get; init; }

    /// <summary><c>Kafka:FailedAuthenticationDelayMs</c>: how long a client waits for the answer when it has not proved who it is, so that it cannot try many passwords (Kafka's <c>connection.failed.authentication.delay.ms</c>). Milliseconds.</summary>
    public int FailedAuthenticationDelayMs { get; init; } = 100;

    /// <summary><c>Kafka:PrincipalMappingRules</c>: what a client is called by its certificate's subject (Kafka's <c>ssl.principal.mapping.rules</c>, KIP-371).</summary>
    public PrincipalMapping PrincipalMapping { get; init; } = PrincipalMapping.Default;

    /// <summary><c>Kafka:ConnectionsMax</c>: how many connections there may be (Kafka's <c>max.connections</c>). One more is closed at once.</summary>
    public int ConnectionsMax { get; init; } = int.MaxValue;

    /// <summary><c>Kafka:ConnectionsMaxPerAddress</c>: how many of them may come from one address (Kafka's <c>max.connections.per.ip</c>).</summary>
    public int ConnectionsMaxPerAddress { get; init; } = int.MaxValue;

    /// <summary><c>Kafka:FetchSessionsMax</c>: how many clients may have a fetch session (Kafka's <c>max.incremental.fetch.session.cache.slots</c>); others fetch in full. 0 for none.</summary>
    public int FetchSessionsMax { get; init; } = 1_000;

    /// <summary><c>Kafka:FetchSessionPartitionsMax</c>: how many partitions fetch sessions may have together. Default 200,000, some 50 MB.</summary>
    public int FetchSessionPartitionsMax { get; init; } = 200_000;

    /// <summary>
    /// <c>Kafka:ReplicaSelector</c>: which replica consumers are told to read from (Kafka's <c>replica.selector.class</c>): the leader with None, with RackAware one that is in sync and on the consumer's rack, its
    /// <c>client.rack</c>. None by default, as in Kafka: the leader has new records first.
    /// </summary>
    public ReplicaSelector ReplicaSelector { get; init; }
}
