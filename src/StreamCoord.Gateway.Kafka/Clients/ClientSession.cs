using StreamCoord.Security;

namespace StreamCoord.Gateway.Kafka.Clients;

/// <summary>
/// The client of one connection: where it calls from, who it is, and what that allows it. Who it is is written by the connection's reader alone, and never changes once it was proved.
/// </summary>
internal sealed class ClientSession
{
    private readonly KafkaSecurity _security;

    /// <summary>A client that has just connected.</summary>
    /// <param name="host">Its address.</param>
    /// <param name="principal">Who its certificate says it is; <see cref="Principal.Anonymous"/> without one.</param>
    /// <param name="security">What the listener does about it.</param>
    public ClientSession(string host, Principal principal, KafkaSecurity security)
    {
        _security = security;
        Host = host;
        Principal = principal;
        PrincipalText = principal.ToString();
        Access = security.Authorization.Enabled ? new LimitedAccess(this, security.Store, security.Authorization) : FullAccess.Instance;
        Sasl = security.NewExchange();
    }

    /// <summary>The address it calls from.</summary>
    public string Host { get; }

    /// <summary>Who it is.</summary>
    public Principal Principal { get; private set; }

    /// <summary>The same as access control lists name it.</summary>
    public string PrincipalText { get; private set; }

    /// <summary>What it may do.</summary>
    public IAccess Access { get; }

    /// <summary>How it proves who it is.</summary>
    public SaslExchange Sasl { get; }

    /// <summary>Begins an exchange; a client that may not waits for the answer as one that has failed.</summary>
    public async Task<ErrorCode> BeginProofAsync(string mechanism, bool hasHeaders, CancellationToken stop)
    {
        ErrorCode error = Sasl.Begin(mechanism, hasHeaders);
        if (Sasl.HasFailed)
        {
            await _security.HoldUpAsync(Host, "the mechanism that it asks for is not enabled, or not now.", stop);
        }
        return error;
    }

    /// <summary>Answers a token, and takes over what it proves. A client that has failed waits for its answer.</summary>
    public async Task<SaslOutcome> ProveAsync(ReadOnlyMemory<byte> token, CancellationToken stop)
    {
        if (!Sasl.IsUnderWay)
        {
            return new SaslOutcome(ErrorCode.IllegalSaslState, "A handshake, which names the mechanism, comes first.", []);
        }
        try
        {
            byte[] answer = Sasl.Answer(token.Span, out string? user);
            if (user is not null)
            {
                Principal = Principal.User(user);
                PrincipalText = Principal.ToString();
            }
            return new SaslOutcome(ErrorCode.None, null, answer);
        }
        catch (SaslException failure)
        {
            await _security.HoldUpAsync(Host, failure.Message, stop);
            return new SaslOutcome(ErrorCode.SaslAuthenticationFailed, $"Authentication failed: {failure.Message}", []);
        }
    }

    /// <summary>What bounds a request of it.</summary>
    public RequestThrottle Throttle(string? clientId) => _security.Quotas.For(Principal.Name, clientId ?? "");
}
