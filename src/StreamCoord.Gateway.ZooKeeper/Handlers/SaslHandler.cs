using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using StreamCoord.Gateway.ZooKeeper.Connections;
using StreamCoord.Gateway.ZooKeeper.Dispatch;
using StreamCoord.Protocol.ZooKeeper;
using StreamCoord.Protocol.ZooKeeper.Messages;
using StreamCoord.Security;
using StreamCoord.ZNodes;

namespace StreamCoord.Gateway.ZooKeeper.Handlers;

/// <summary>
/// sasl: a step of DIGEST-MD5. The user that a client has proved to be stands in access control lists as <c>sasl:user</c>. Whoever fails is told so and loses the connection.
/// </summary>
internal sealed partial class SaslHandler(ZooKeeperGatewayOptions options, ILogger<SaslHandler> logger) : OperationHandler<SaslResponse>
{
    /// <summary>What ZooKeeper's servers call themselves, and its clients expect.</summary>
    private const string Service = "zookeeper";
    private const string Realm = "zk-sasl-md5";
    private const string Scheme = "sasl";
    private const int NonceBytes = 24;

    /// <inheritdoc/>
    public override OpCode OpCode => OpCode.Sasl;

    /// <inheritdoc/>
    public override void Begin(ref JuteReader body, in RequestTicket ticket, RequestLine line)
    {
        var request = SaslRequest.Read(ref body);
        if (options.SaslUsers.Count == 0)
        {
            line.RefuseAndEnd(ticket, ZNodeError.AuthFailed);
            return;
        }
        try
        {
            line.Sasl ??= new DigestMd5Exchange(Service, Realm, Convert.ToBase64String(RandomNumberGenerator.GetBytes(NonceBytes)), options.SaslUsers);
            byte[] answer = line.Sasl.Step(request.Token.GetValueOrDefault().Span);
            if (line.Sasl.AuthorizationId is { } user)
            {
                line.Add([new AuthIdentity(Scheme, user)]);
                line.Sasl = null;
            }
            line.Pass(ticket, answer);
        }
        catch (SaslException failure)
        {
            LogFailed(logger, line.Caller.Session, failure.Message);
            line.RefuseAndEnd(ticket, ZNodeError.AuthFailed);
        }
    }

    /// <summary>Nothing of the tree is told with it.</summary>
    public override Zxid ZxidOf(ZNodeReply reply) => Zxid.Zero;

    /// <inheritdoc/>
    protected override SaslResponse Answer(ZNodeReply reply, object? note) => new((byte[])note!);

    [LoggerMessage(6115, LogLevel.Warning, "The client of session {Session} has not proved who it is by SASL, and is disconnected: {Reason}")]
    private static partial void LogFailed(ILogger logger, SessionId session, string reason);
}
