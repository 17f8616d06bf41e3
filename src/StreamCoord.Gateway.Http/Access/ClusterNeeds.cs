using StreamCoord.Security;

namespace StreamCoord.Gateway.Http.Access;

/// <summary>Marks an endpoint: what its callers must be allowed to do with the cluster. Immutable.</summary>
internal sealed record ClusterNeeds(AclOperation Operation);
