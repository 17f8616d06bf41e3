using System.Net;
using System.Net.Http.Headers;
using System.Text;
using StreamCoord.Gateway.Http.Errors;
using StreamCoord.Gateway.Http.Resources;
using StreamCoord.Security;

namespace StreamCoord.Gateway.Http.Access;

/// <summary>
/// Finds out who makes a request for topics or for the state of the server, by Basic and the users of Kafka's clients (RFC 7617), and refuses what access control lists do not allow. Znodes and sessions have access control
/// lists of their own, and users of their own. Safe for concurrent use.
/// </summary>
internal sealed class HttpAuthentication(UserDirectory users, ISecurityStore store, AuthorizationOptions options)
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Lets a request pass, or ends it.</summary>
    /// <exception cref="RequestException">Nobody, or not this caller, may do that.</exception>
    public void Admit(HttpContext context)
    {
        EndpointMetadataCollection? metadata = context.GetEndpoint()?.Metadata;
        if (!options.Enabled || !(IsGuarded(context.Request.Path) || HasNeeds(metadata)))
        {
            return;
        }
        if (!store.Loaded.IsCompletedSuccessfully)
        {
            RequestException.Throw(GatewayErrors.Unavailable("Access control lists have not been read yet. Try again."));
        }
        var caller = new HttpCaller(Identify(context.Request), AddressOf(context), store, options);
        context.Features.Set(caller);
        if (metadata?.GetMetadata<ClusterNeeds>() is { } ofCluster)
        {
            context.RequireCluster(ofCluster.Operation);
        }
        if (metadata?.GetMetadata<GroupNeeds>() is { } ofGroup)
        {
            context.RequireGroup(ofGroup.Operation, RequestParameters.Group(context));
        }
        if (metadata?.GetMetadata<TopicNeeds>() is { } needs && RequestParameters.Topic(context) is { } topic && !caller.Allows(needs.Operation, AclResourceType.Topic, topic))
        {
            throw caller.Refuse(ErrorCode.TopicAuthorizationFailed, $"topic '{topic}'");
        }
    }

    // Some of these have nothing that their callers need: they leave out of a list what the caller may not see, or name what they touch in their body.
    private static bool IsGuarded(PathString path) =>
        path.StartsWithSegments(CommandEndpoints.Root, StringComparison.OrdinalIgnoreCase) || ApiVersions.IsV2(path) || ApiVersions.IsV3(path);

    private static bool HasNeeds(EndpointMetadataCollection? metadata) =>
        metadata is not null && (metadata.GetMetadata<ClusterNeeds>() is not null || metadata.GetMetadata<GroupNeeds>() is not null || metadata.GetMetadata<TopicNeeds>() is not null);

    private static string AddressOf(HttpContext context)
    {
        IPAddress? address = context.Connection.RemoteIpAddress;
        return address is null ? "unknown" : (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString();
    }

    private Principal Identify(HttpRequest request)
    {
        if (request.Headers.Authorization.Count == 0)
        {
            return Principal.Anonymous;
        }
        if (TryReadBasic(request.Headers.Authorization) is not ({ } user, { } password))
        {
            throw new RequestException(GatewayErrors.Unauthenticated("The header Authorization takes Basic and user:password in base64, once."));
        }
        return users.Verify(user, password) ? Principal.User(user) : throw new RequestException(GatewayErrors.Unauthenticated("The user or the password is wrong."));
    }

    private static (string? User, string? Password) TryReadBasic(string? header)
    {
        if (!AuthenticationHeaderValue.TryParse(header, out AuthenticationHeaderValue? value) || !value.Scheme.Equals("Basic", StringComparison.OrdinalIgnoreCase) || value.Parameter is not { } base64)
        {
            return default;
        }
        byte[] bytes = new byte[base64.Length];
        if (!Convert.TryFromBase64String(base64, bytes, out int count))
        {
            return default;
        }
        try
        {
            string text = StrictUtf8.GetString(bytes, 0, count);
            int colon = text.IndexOf(':', StringComparison.Ordinal);
            return colon > 0 ? (text[..colon], text[(colon + 1)..]) : default;
        }
        catch (DecoderFallbackException)
        {
            return default;
        }
    }
}
