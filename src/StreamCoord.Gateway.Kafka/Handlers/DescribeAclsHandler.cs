using StreamCoord.Gateway.Kafka.Dispatch;
using StreamCoord.Protocol.Kafka.Messages;
using StreamCoord.Security;

namespace StreamCoord.Gateway.Kafka.Handlers;

/// <summary>Lists the access control lists that a filter matches.</summary>
internal sealed class DescribeAclsHandler(ISecurityStore store) : ApiHandler<DescribeAclsRequest, DescribeAclsResponse>
{
    /// <inheritdoc/>
    protected override Task<DescribeAclsResponse> HandleAsync(DescribeAclsRequest request, KafkaRequestContext context)
    {
        var filter = new AclFilter(
            (AclResourceType)request.ResourceTypeFilter,
            request.ResourceNameFilter,
            (AclPatternType)request.PatternTypeFilter,
            request.PrincipalFilter,
            request.HostFilter,
            (AclOperation)request.Operation,
            (AclEffect)request.PermissionType);
        (ErrorCode error, string? message) = AclAccess.Check(context.Access, AclOperation.Describe);
        if (error == ErrorCode.None && filter.Check() is { } problem)
        {
            (error, message) = (ErrorCode.InvalidRequest, problem);
        }
        return Task.FromResult(new DescribeAclsResponse
        {
            ErrorCode = (short)error,
            ErrorMessage = message,
            Resources = error == ErrorCode.None ? [.. store.Current.Acls.All.Where(filter.Matches).GroupBy(binding => binding.Pattern).Select(Describe)] : [],
        });
    }

    private static DescribeAclsResponse.DescribeAclsResource Describe(IGrouping<AclPattern, AclBinding> same) => new()
    {
        ResourceType = (sbyte)same.Key.ResourceType,
        ResourceName = same.Key.Name,
        PatternType = (sbyte)same.Key.PatternType,
        Acls =
        [
            .. same.Select(binding => new DescribeAclsResponse.AclDescription
            {
                Principal = binding.Rule.Principal,
                Host = binding.Rule.Host,
                Operation = (sbyte)binding.Rule.Operation,
                PermissionType = (sbyte)binding.Rule.Permission,
            }),
        ],
    };
}
