using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;
using StreamCoord.Security;

namespace StreamCoord.Gateway.Kafka.Clients;

/// <summary>What the listener does about who its clients are. One per silo; safe for concurrent use.</summary>
internal sealed partial class KafkaSecurity(
    UserDirectory users, ISecurityStore store, AuthorizationOptions authorization, ClientQuotas quotas, KafkaGatewayOptions options, TimeProvider time, ILogger<KafkaSecurity> logger)
{
    private const int NonceBytes = 24;

    /// <summary>What is stored about access.</summary>
    public ISecurityStore Store => store;

    /// <summary>Whether and how access is decided.</summary>
    public AuthorizationOptions Authorization => authorization;

    /// <summary>What bounds clients.</summary>
    public ClientQuotas Quotas => quotas;

    /// <summary>Ends when clients can be told apart: before, nothing of what is stored is known.</summary>
    public Task Ready => authorization.Enabled || options.Security.HasSasl() ? store.Loaded : Task.CompletedTask;

    /// <summary>The beginning of a client's proof.</summary>
    public SaslExchange NewExchange() => new(users, options, time, () => Convert.ToBase64String(RandomNumberGenerator.GetBytes(NonceBytes)));

    /// <summary>Who a connection's certificate says it is; null when it has one that no rule takes for a user.</summary>
    public Principal? Identify(X509Certificate2? certificate)
    {
        if (certificate is null || options.Security != ListenerSecurity.Ssl)
        {
            return Principal.Anonymous;
        }
        return options.PrincipalMapping.Map(DistinguishedNames.Write(certificate.SubjectName)) is { Length: > 0 } name ? Principal.User(name) : null;
    }

    /// <summary>Tells of a client that has not proved who it is, and has it wait for its answer.</summary>
    public Task HoldUpAsync(string clientHost, string reason, CancellationToken stop)
    {
        LogFailed(logger, clientHost, reason);
        return Task.Delay(TimeSpan.FromMilliseconds(options.FailedAuthenticationDelayMs), time, stop);
    }

    [LoggerMessage(5110, LogLevel.Warning, "The Kafka client at {ClientHost} has not proved who it is: {Reason}")]
    private static partial void LogFailed(ILogger logger, string clientHost, string reason);
}
