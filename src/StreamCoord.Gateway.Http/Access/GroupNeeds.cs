using StreamCoord.Security;

namespace StreamCoord.Gateway.Http.Access;

/// <summary>Marks an endpoint: what its callers must be allowed to do with the group in its path. Immutable.</summary>
internal sealed record GroupNeeds(AclOperation Operation);
