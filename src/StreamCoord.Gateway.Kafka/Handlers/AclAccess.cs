using StreamCoord.Gateway.Kafka.Clients;
using StreamCoord.Security;

namespace StreamCoord.Gateway.Kafka.Handlers;

/// <summary>Who may see and change access control lists.</summary>
internal static class AclAccess
{
    /// <summary>Why a client may not, or <see cref="ErrorCode.None"/>. Where nobody looks at access control lists there are none, as with Kafka without an authorizer.</summary>
    public static (ErrorCode Error, string? Message) Check(IAccess access, AclOperation operation)
    {
        return !access.IsLimited ? (ErrorCode.SecurityDisabled, "Access control lists are looked at where StreamCoord:Authorization:Enabled is true.")
            : access.AllowsCluster(operation) ? (ErrorCode.None, null)
            : (ErrorCode.ClusterAuthorizationFailed, Access.Refusal);
    }
}
