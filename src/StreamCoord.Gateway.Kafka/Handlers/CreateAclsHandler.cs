using StreamCoord.Gateway.Kafka.Dispatch;
using StreamCoord.Protocol.Kafka.Messages;
using StreamCoord.Security;

namespace StreamCoord.Gateway.Kafka.Handlers;

/// <summary>Adds access control lists. What is answered without an error is on the disk, and this silo decides by it.</summary>
internal sealed class CreateAclsHandler(ISecurityStore store) : ApiHandler<CreateAclsRequest, CreateAclsResponse>
{
    /// <inheritdoc/>
    protected override async Task<CreateAclsResponse> HandleAsync(CreateAclsRequest request, KafkaRequestContext context)
    {
        (ErrorCode error, string? message) = AclAccess.Check(context.Access, AclOperation.Alter);
        IEnumerable<StoreOutcome> outcomes = error == ErrorCode.None
            ? await store.CreateAclsAsync([.. request.Creations.Select(Read)])
            : request.Creations.Select(_ => new StoreOutcome(error, message));
        return new CreateAclsResponse
        {
            Results =
            [
                .. outcomes.Select(outcome => new CreateAclsResponse.AclCreationResult
                {
                    ErrorCode = (short)outcome.Error,
                    ErrorMessage = outcome.Message,
                }),
            ],
        };
    }

    private static AclBinding Read(CreateAclsRequest.AclCreation creation) => new(
        new AclPattern((AclResourceType)creation.ResourceType, creation.ResourceName, (AclPatternType)creation.ResourcePatternType),
        new AclRule(creation.Principal, creation.Host, (AclOperation)creation.Operation, (AclEffect)creation.PermissionType));
}
