using StreamCoord.Gateway.Kafka.Clients;
using StreamCoord.Gateway.Kafka.Dispatch;
using StreamCoord.Protocol.Kafka.Messages;
using StreamCoord.Security;
using Component = StreamCoord.Protocol.Kafka.Messages.DescribeClientQuotasRequest.ComponentData;

namespace StreamCoord.Gateway.Kafka.Handlers;

/// <summary>Lists the quotas of users, clients and addresses that a filter matches (KIP-546).</summary>
internal sealed class DescribeClientQuotasHandler(ISecurityStore store) : ApiHandler<DescribeClientQuotasRequest, DescribeClientQuotasResponse>
{
    private const sbyte Exact = 0;
    private const sbyte Default = 1;
    private const sbyte Any = 2;

    /// <inheritdoc/>
    protected override async Task<DescribeClientQuotasResponse> HandleAsync(DescribeClientQuotasRequest request, KafkaRequestContext context)
    {
        (ErrorCode error, string? message) = context.Access.AllowsCluster(AclOperation.DescribeConfigs) ? Check(request) : (ErrorCode.ClusterAuthorizationFailed, Access.Refusal);
        if (error != ErrorCode.None)
        {
            return new DescribeClientQuotasResponse
            {
                ErrorCode = (short)error,
                ErrorMessage = message,
                Entries = null,
            };
        }
        await store.Loaded;
        return new DescribeClientQuotasResponse { Entries = [.. store.Current.Quotas.All.Where(one => Matches(request, one.Key)).Select(one => Describe(one.Key, one.Value))] };
    }

    private static (ErrorCode Error, string? Message) Check(DescribeClientQuotasRequest request)
    {
        string[] types = [.. request.Components.Select(component => component.EntityType)];
        return types.FirstOrDefault(type => type is not (QuotaEntityTypes.User or QuotaEntityTypes.ClientId or QuotaEntityTypes.Ip)) is { } unknown
                ? (ErrorCode.UnsupportedVersion, $"There are no quotas of '{unknown}'.")
            : types.Distinct().Count() != types.Length ? (ErrorCode.InvalidRequest, "The filter names a kind of entity twice.")
            : types.Contains(QuotaEntityTypes.Ip) && types.Length > 1 ? (ErrorCode.InvalidRequest, "Addresses stand alone.")
            : request.Components.Any(component => component.MatchType is < Exact or > Any || (component.MatchType == Exact && component.Match is null))
                ? (ErrorCode.InvalidRequest, "A part of the filter names an entity (0), the default (1) or any (2).")
            : (ErrorCode.None, null);
    }

    private static bool Matches(DescribeClientQuotasRequest request, QuotaEntity entity)
    {
        Dictionary<string, string?> parts = entity.Parts.ToDictionary();
        return request.Components.All(component => parts.TryGetValue(component.EntityType, out string? name) && Matches(component, name))
            && (!request.Strict || parts.Count == request.Components.Count);
    }

    private static bool Matches(Component component, string? name) => component.MatchType switch
    {
        Exact => name == component.Match,
        Default => name is null,
        _ => true,
    };

    private static DescribeClientQuotasResponse.EntryData Describe(QuotaEntity entity, IReadOnlyDictionary<QuotaKind, double> limits) => new()
    {
        Entity =
        [
            .. entity.Parts.Select(part => new DescribeClientQuotasResponse.EntityData
            {
                EntityType = part.Key,
                EntityName = part.Value,
            }),
        ],
        Values =
        [
            .. limits.Select(limit => new DescribeClientQuotasResponse.ValueData
            {
                Key = limit.Key.Name(),
                Value = limit.Value,
            }),
        ],
    };
}
