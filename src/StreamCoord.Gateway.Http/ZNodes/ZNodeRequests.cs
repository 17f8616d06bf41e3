using System.Buffers.Text;
using System.Net;
using System.Net.Http.Headers;
using StreamCoord.Gateway.Http.Errors;
using StreamCoord.ZNodes;

namespace StreamCoord.Gateway.Http.ZNodes;

/// <summary>What every request for the znode tree needs: who asks, the state it wants to see, and the reply or the refusal. Safe for concurrent use.</summary>
internal sealed class ZNodeRequests(ICoordination coordination, TimeProvider time)
{
    private const string ZxidHeader = "X-Zxid";
    private const string PasswordHeader = "X-Session-Password";
    private const int PasswordBytes = 16;

    /// <summary>How long a read waits for the state that it wants to see: longer than a silo lags unless it is cut off.</summary>
    private static readonly TimeSpan AppliedWaitMax = TimeSpan.FromSeconds(10);

    /// <summary>
    /// On whose behalf the request is made: its address, the user of Basic authentication as <c>digest</c>, and the session that the query names, which
    /// thereby shows a sign of life.
    /// </summary>
    public async Task<ZNodeCaller> CallerAsync(HttpContext context)
    {
        List<AuthIdentity> identities = IdentitiesOf(context);
        if (ZNodeParameters.Query(context, "session") is not { } text)
        {
            return new ZNodeCaller(SessionId.None, identities);
        }
        SessionGrant session = await ResumeSessionAsync(context, text);
        return new ZNodeCaller(session.Session, identities);
    }

    /// <summary>The session whose id the request names and whose password it brings, which thereby shows a sign of life.</summary>
    public async Task<SessionGrant> ResumeSessionAsync(HttpContext context, string text)
    {
        SessionId session = ZNodeParameters.Session(text);
        ZNodeReply reply = await AskAsync(() => coordination.ResumeSessionAsync(session, PasswordOf(context), timeoutMs: null));
        Note(context, reply);
        return reply.Session ?? throw new RequestException(ZNodeErrors.Of(ZNodeError.SessionExpired, $"There is no session {session} any more."));
    }

    /// <summary>Waits for the state that a read asks for with <c>min_zxid</c> and <c>sync</c>.</summary>
    public async Task AwaitStateAsync(HttpContext context)
    {
        Zxid? minZxid = ZNodeParameters.ZxidOf(context, "min_zxid");
        if (ZNodeParameters.Flag(context, "sync"))
        {
            await SyncAsync(context.RequestAborted);
        }
        if (minZxid is { } zxid)
        {
            await WaitAppliedAsync(zxid, context.RequestAborted);
        }
    }

    /// <summary>Waits until this silo has applied a transaction, but not for ever.</summary>
    public async Task WaitAppliedAsync(Zxid zxid, CancellationToken stop)
    {
        if (coordination.AppliedZxid >= zxid)
        {
            return;
        }
        using var limit = new CancellationTokenSource(AppliedWaitMax, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stop);
        try
        {
            await coordination.WaitAppliedAsync(zxid, either.Token);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            RequestException.Throw(ZNodeErrors.NotYet(
                $"This silo has applied the transactions up to {coordination.AppliedZxid} and not yet {zxid}. Nothing was read; try again, or ask another silo."));
        }
    }

    /// <summary>Carries out an operation; a refusal ends the request.</summary>
    public async Task<ZNodeReply> SendAsync(HttpContext context, ZNodeCaller caller, ZNodeOperation operation)
    {
        ZNodeReply reply = await AskAsync(() => coordination.RequestAsync(caller, operation));
        Note(context, reply);
        return reply;
    }

    /// <summary>The path in the address, which a znode can have.</summary>
    public string Path(HttpContext context)
    {
        string path = ZNodeAddress.PathOf(context);
        if (coordination.CheckPath(path) is { } problem)
        {
            RequestException.Throw(ZNodeErrors.BadArguments(problem));
        }
        return path;
    }

    /// <summary>Says in the answer at which transaction it was found; a refusal ends the request.</summary>
    private static void Note(HttpContext context, ZNodeReply reply)
    {
        if (reply.Zxid != Zxid.Zero)
        {
            context.Response.Headers[ZxidHeader] = reply.Zxid.ToString();
        }
        if (reply.Results is { } results && !reply.IsOk)
        {
            throw new RequestException(ZNodeErrors.Of(reply.Error, reply.Message) with { Results = [.. results.Select(result => result.Error.ToString())] });
        }
        ZNodeErrors.ThrowIfFailed(reply);
    }

    private async Task SyncAsync(CancellationToken stop)
    {
        try
        {
            await coordination.SyncAsync().WaitAsync(AppliedWaitMax, time, stop);
        }
        catch (Exception exception) when (FailureTranslation.Expected(exception) is { IsRetriable: true })
        {
            RequestException.Throw(ZNodeErrors.NotYet("This silo could not learn in time what the newest transaction is. Nothing was read; try again."));
        }
    }

    /// <summary>A part of the cluster that does not answer leaves the outcome open.</summary>
    private static async Task<ZNodeReply> AskAsync(Func<Task<ZNodeReply>> ask)
    {
        try
        {
            return await ask();
        }
        catch (Exception exception) when (FailureTranslation.Expected(exception) is { IsRetriable: true } error)
        {
            return ZNodeReply.Refused(ZNodeError.ConnectionLoss, error.Detail);
        }
    }

    private List<AuthIdentity> IdentitiesOf(HttpContext context)
    {
        var identities = new List<AuthIdentity>();
        if (context.Connection.RemoteIpAddress is { } address)
        {
            IPAddress plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
            identities.Add(new AuthIdentity("ip", plain.ToString()));
        }
        foreach (string? text in context.Request.Headers.Authorization)
        {
            byte[] user = BasicUser(text);
            ZNodeError error = coordination.Authenticate("digest", user, out IReadOnlyList<AuthIdentity> proved);
            if (error != ZNodeError.Ok)
            {
                RequestException.Throw(ZNodeErrors.Of(error, "The user and password of the header Authorization are not accepted."));
            }
            identities.AddRange(proved);
        }
        return identities;
    }

    private static byte[] BasicUser(string? text)
    {
        byte[] user = [];
        bool isBasic = AuthenticationHeaderValue.TryParse(text, out AuthenticationHeaderValue? header)
            && header.Scheme.Equals("Basic", StringComparison.OrdinalIgnoreCase)
            && TryDecode(header.Parameter, out user)
            && user.Contains((byte)':');
        return isBasic ? user : throw new RequestException(ZNodeErrors.Of(ZNodeError.AuthFailed, "The header Authorization takes Basic and user:password in base64."));
    }

    private static byte[] PasswordOf(HttpContext context)
    {
        string text = context.Request.Headers[PasswordHeader].ToString();
        return TryDecode(text, out byte[] password) && password.Length == PasswordBytes
            ? password
            : throw new RequestException(ZNodeErrors.Of(
                ZNodeError.AuthFailed, $"A session is proved to be one's own by the header {PasswordHeader}: the {PasswordBytes} bytes in base64 that came with it."));
    }

    private static bool TryDecode(string? base64, out byte[] bytes)
    {
        bytes = [];
        if (base64 is null || !Base64.IsValid(base64))
        {
            return false;
        }
        bytes = Convert.FromBase64String(base64);
        return true;
    }
}
