using StreamCoord.Gateway.Kafka.Dispatch;
using StreamCoord.Protocol.Kafka.Messages;
using StreamCoord.Security;
using FilterAnswer = StreamCoord.Protocol.Kafka.Messages.DeleteAclsResponse.DeleteAclsFilterResult;

namespace StreamCoord.Gateway.Kafka.Handlers;

/// <summary>Deletes the access control lists that filters match, and tells which those were.</summary>
internal sealed class DeleteAclsHandler(ISecurityStore store) : ApiHandler<DeleteAclsRequest, DeleteAclsResponse>
{
    /// <inheritdoc/>
    protected override async Task<DeleteAclsResponse> HandleAsync(DeleteAclsRequest request, KafkaRequestContext context)
    {
        (ErrorCode error, string? message) = AclAccess.Check(context.Access, AclOperation.Alter);
        var answers = new List<FilterAnswer>();
        foreach (DeleteAclsRequest.DeleteAclsFilter filter in request.Filters)
        {
            (StoreOutcome outcome, IReadOnlyList<AclBinding> deleted) = error == ErrorCode.None ? await store.DeleteAclsAsync(Read(filter)) : (new StoreOutcome(error, message), []);
            answers.Add(new FilterAnswer
            {
                ErrorCode = (short)outcome.Error,
                ErrorMessage = outcome.Message,
                MatchingAcls = [.. deleted.Select(Describe)],
            });
        }
        return new DeleteAclsResponse { FilterResults = answers };
    }

    private static AclFilter Read(DeleteAclsRequest.DeleteAclsFilter filter) => new(
        (AclResourceType)filter.ResourceTypeFilter,
        filter.ResourceNameFilter,
        (AclPatternType)filter.PatternTypeFilter,
        filter.PrincipalFilter,
        filter.HostFilter,
        (AclOperation)filter.Operation,
        (AclEffect)filter.PermissionType);

    private static DeleteAclsResponse.DeleteAclsMatchingAcl Describe(AclBinding binding) => new()
    {
        ResourceType = (sbyte)binding.Pattern.ResourceType,
        ResourceName = binding.Pattern.Name,
        PatternType = (sbyte)binding.Pattern.PatternType,
        Principal = binding.Rule.Principal,
        Host = binding.Rule.Host,
        Operation = (sbyte)binding.Rule.Operation,
        PermissionType = (sbyte)binding.Rule.Permission,
    };
}
