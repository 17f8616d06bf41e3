using StreamCoord.Gateway.Http.Errors;
using StreamCoord.Security;

namespace StreamCoord.Gateway.Http.Access;

/// <summary>Who makes a request, and what that allows. There is one of each request for topics where access control lists are looked at. Immutable.</summary>
internal sealed record HttpCaller(Principal Principal, string Host, ISecurityStore Store, AuthorizationOptions Options)
{
    /// <summary>Whether the caller may do something with a resource.</summary>
    public bool Allows(AclOperation operation, AclResourceType type, string name) =>
        Authorizer.Allows(Store.Current.Acls, Options, Principal.ToString(), Host, operation, type, name);

    /// <summary>The refusal: whoever has not said who they are is asked, whoever has is not let in.</summary>
    public RequestException Refuse(ErrorCode code, string what) => new(Principal == Principal.Anonymous
        ? GatewayErrors.Unauthenticated("Say who you are: the header Authorization takes Basic with the user and password of Kafka's clients.")
        : GatewayErrors.Of(code, $"Access control lists do not allow {Principal} to do this with {what}."));
}
