using StreamCoord.Protocol.Kafka;
using StreamCoord.Protocol.Kafka.Messages;
using StreamCoord.Security;

namespace StreamCoord.Gateway.Kafka.Clients;

/// <summary>
/// How far a connection's client has come in proving who it is: a handshake names the mechanism, then tokens go to and fro. For one caller at a time: the connection's reader.
/// </summary>
/// <remarks>Before it has proved it, the client may ask for nothing but how to. After <see cref="KafkaGatewayOptions.ReauthenticateMs"/> it must do so again (KIP-368), as the same user.</remarks>
internal sealed class SaslExchange(UserDirectory users, KafkaGatewayOptions options, TimeProvider time, Func<string> newNonce)
{
    private readonly bool _isRequired = options.Security.HasSasl();
    private SaslMechanism? _mechanism;
    private ScramServer? _scram;
    private string? _user;
    private long _authenticatedAt;

    /// <summary>Whether the client has yet to prove who it is.</summary>
    public bool IsPending => _isRequired && _user is null;

    /// <summary>Whether the next frame is a token by itself, without a header: so clients of Kafka before 1.0 send them, and kafka-python 2.0.</summary>
    public bool ExpectsBareToken { get; private set; }

    /// <summary>Whether the client has failed: it gets its answer and nothing more.</summary>
    public bool HasFailed { get; private set; }

    /// <summary>Whether a handshake has been made whose tokens are due.</summary>
    public bool IsUnderWay => _mechanism is not null;

    /// <summary>How long what was proved holds; zero for as long as the connection. Milliseconds.</summary>
    public long LifetimeMs => _user is null || IsUnderWay ? 0 : options.ReauthenticateMs;

    /// <summary>The mechanisms that clients may use, by name.</summary>
    public IReadOnlyList<string> Mechanisms => [.. options.SaslMechanisms.Select(mechanism => mechanism.Name())];

    /// <summary>Lets a request pass that the client may make now.</summary>
    /// <exception cref="KafkaFormatException">It may not: the connection ends.</exception>
    public void Admit(short apiKey)
    {
        if (!_isRequired || apiKey == ApiVersionsRequest.ApiKey || apiKey == SaslHandshakeRequest.ApiKey || apiKey == SaslAuthenticateRequest.ApiKey)
        {
            return;
        }
        if (_user is null)
        {
            throw new KafkaFormatException($"The client asks for API {apiKey} before it has proved who it is.");
        }
        if (options.ReauthenticateMs > 0 && time.GetElapsedTime(_authenticatedAt).TotalMilliseconds > options.ReauthenticateMs)
        {
            throw new KafkaFormatException($"What the client had proved held for {options.ReauthenticateMs} ms, and it has not done so again.");
        }
    }

    /// <summary>Begins an exchange.</summary>
    /// <param name="mechanism">The mechanism that the client wants.</param>
    /// <param name="hasHeaders">Whether its tokens come in requests of their own.</param>
    public ErrorCode Begin(string mechanism, bool hasHeaders)
    {
        bool isAgain = _user is not null;
        if (!_isRequired || _mechanism is not null || (isAgain && (options.ReauthenticateMs == 0 || !hasHeaders)))
        {
            HasFailed = IsPending;
            return ErrorCode.IllegalSaslState;
        }
        if (SaslMechanisms.Find(mechanism) is not { } known || !options.SaslMechanisms.Contains(known))
        {
            HasFailed = true;
            return ErrorCode.UnsupportedSaslMechanism;
        }
        _mechanism = known;
        _scram = known == SaslMechanism.Plain ? null : new ScramServer(user => users.Find(known, user), newNonce());
        ExpectsBareToken = !hasHeaders;
        return ErrorCode.None;
    }

    /// <summary>Answers a token. Afterwards <paramref name="user"/> is who the client has proved to be, once the exchange has ended well.</summary>
    /// <exception cref="SaslException">It has proved nothing; <see cref="HasFailed"/> then.</exception>
    public byte[] Answer(ReadOnlySpan<byte> token, out string? user)
    {
        user = null;
        try
        {
            byte[] answer = _mechanism == SaslMechanism.Plain ? AnswerPlain(token, out user) : AnswerScram(token, out user);
            if (user is not null)
            {
                Finish(user);
            }
            return answer;
        }
        catch (SaslException)
        {
            HasFailed = true;
            throw;
        }
    }

    private byte[] AnswerPlain(ReadOnlySpan<byte> token, out string? user)
    {
        PlainMessage message = PlainMessage.Parse(token);
        if (!users.Verify(message.User, message.Password))
        {
            throw new SaslException("The user or the password is wrong.");
        }
        user = message.User;
        return [];
    }

    private byte[] AnswerScram(ReadOnlySpan<byte> token, out string? user)
    {
        byte[] answer = _scram!.Answer(token);
        user = _scram.User;
        return answer;
    }

    private void Finish(string user)
    {
        if (_user is { } before && before != user)
        {
            throw new SaslException("A connection stays the user's that it was first.");
        }
        (_user, _mechanism, _scram, ExpectsBareToken) = (user, null, null, false);
        _authenticatedAt = time.GetTimestamp();
    }
}
