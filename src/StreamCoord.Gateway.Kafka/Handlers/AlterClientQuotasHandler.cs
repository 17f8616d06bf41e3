using StreamCoord.Gateway.Kafka.Clients;
using StreamCoord.Gateway.Kafka.Dispatch;
using StreamCoord.Protocol.Kafka.Messages;
using StreamCoord.Security;
using WantedEntry = StreamCoord.Protocol.Kafka.Messages.AlterClientQuotasRequest.EntryData;

namespace StreamCoord.Gateway.Kafka.Handlers;

/// <summary>Sets and takes away quotas of users, clients and addresses (KIP-546), all of an entity's or none.</summary>
internal sealed class AlterClientQuotasHandler(ISecurityStore store) : ApiHandler<AlterClientQuotasRequest, AlterClientQuotasResponse>
{
    /// <inheritdoc/>
    protected override async Task<AlterClientQuotasResponse> HandleAsync(AlterClientQuotasRequest request, KafkaRequestContext context)
    {
        bool isAllowed = context.Access.AllowsCluster(AclOperation.AlterConfigs);
        var answers = new List<AlterClientQuotasResponse.EntryData>();
        foreach (WantedEntry wanted in request.Entries)
        {
            StoreOutcome outcome = isAllowed ? await AlterAsync(wanted, request.ValidateOnly) : StoreOutcome.Refused(ErrorCode.ClusterAuthorizationFailed, Access.Refusal);
            answers.Add(new AlterClientQuotasResponse.EntryData
            {
                ErrorCode = (short)outcome.Error,
                ErrorMessage = outcome.Message,
                Entity =
                [
                    .. wanted.Entity.Select(part => new AlterClientQuotasResponse.EntityData
                    {
                        EntityType = part.EntityType,
                        EntityName = part.EntityName,
                    }),
                ],
            });
        }
        return new AlterClientQuotasResponse { Entries = answers };
    }

    private async Task<StoreOutcome> AlterAsync(WantedEntry wanted, bool validateOnly)
    {
        if (CheckEntity(wanted) is { } illegal)
        {
            return StoreOutcome.Refused(ErrorCode.InvalidRequest, illegal);
        }
        var entity = new QuotaEntity(Part(wanted, QuotaEntityTypes.User), Part(wanted, QuotaEntityTypes.ClientId), Part(wanted, QuotaEntityTypes.Ip));
        var changes = new Dictionary<QuotaKind, double?>();
        foreach (AlterClientQuotasRequest.OpData change in wanted.Ops)
        {
            if (QuotaKinds.Find(change.Key) is not { } kind || kind.IsOfAddress() != entity.Ip is not null)
            {
                return StoreOutcome.Refused(ErrorCode.InvalidRequest, $"Entities of this kind have no quota '{change.Key}'.");
            }
            if ((change.Remove ? null : kind.Check(change.Value)) is { } problem)
            {
                return StoreOutcome.Refused(ErrorCode.InvalidRequest, problem);
            }
            if (!changes.TryAdd(kind, change.Remove ? null : change.Value))
            {
                return StoreOutcome.Refused(ErrorCode.InvalidRequest, $"The request changes '{change.Key}' twice.");
            }
        }
        return validateOnly || changes.Count == 0 ? StoreOutcome.Done : await store.AlterQuotasAsync(entity, changes);
    }

    private static string? CheckEntity(WantedEntry wanted)
    {
        string[] types = [.. wanted.Entity.Select(part => part.EntityType)];
        return types.Length == 0 ? "An entity is a user, a client, both, or an address."
            : types.FirstOrDefault(type => type is not (QuotaEntityTypes.User or QuotaEntityTypes.ClientId or QuotaEntityTypes.Ip)) is { } unknown ? $"There are no quotas of '{unknown}'."
            : types.Distinct().Count() != types.Length ? "The entity has a part twice."
            : types.Contains(QuotaEntityTypes.Ip) && types.Length > 1 ? "Addresses stand alone."
            : wanted.Entity.Any(part => part.EntityName is "") ? "A name is empty; null stands for the default."
            : wanted.Entity.FirstOrDefault(part => part.EntityType == QuotaEntityTypes.Ip)?.EntityName is { } ip && !System.Net.IPAddress.TryParse(ip, out _) ? $"'{ip}' is no address." : null;
    }

    private static string? Part(WantedEntry wanted, string type) => wanted.Entity.FirstOrDefault(part => part.EntityType == type) is { } part ? part.EntityName ?? QuotaEntity.Default : null;
}
