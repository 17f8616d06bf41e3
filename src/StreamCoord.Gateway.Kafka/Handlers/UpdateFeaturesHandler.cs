using StreamCoord.Gateway.Kafka.Clients;
using StreamCoord.Gateway.Kafka.Configs;
using StreamCoord.Gateway.Kafka.Dispatch;
using StreamCoord.Protocol.Kafka.Messages;
using StreamCoord.Security;
using Result = StreamCoord.Protocol.Kafka.Messages.UpdateFeaturesResponse.UpdatableFeatureResult;

namespace StreamCoord.Gateway.Kafka.Handlers;

/// <summary>Takes wishes for the levels of features (KIP-584). All are in force at their highest level and stay there, so that every other level is refused, also for a check only.</summary>
internal sealed class UpdateFeaturesHandler : ApiHandler<UpdateFeaturesRequest, UpdateFeaturesResponse>
{
    private const short FirstVersionWithoutResults = 2;

    /// <inheritdoc/>
    protected override Task<UpdateFeaturesResponse> HandleAsync(UpdateFeaturesRequest request, KafkaRequestContext context)
    {
        if (!context.Access.AllowsCluster(AclOperation.Alter))
        {
            return Task.FromResult(new UpdateFeaturesResponse { ErrorCode = (short)ErrorCode.ClusterAuthorizationFailed, ErrorMessage = Access.Refusal });
        }
        Result[] results = [.. request.FeatureUpdates.Select(Judge)];
        // From version 2 on there is one answer for all of them.
        Result? refusal = context.Version >= FirstVersionWithoutResults ? Array.Find(results, result => result.ErrorCode != 0) : null;
        return Task.FromResult(new UpdateFeaturesResponse { ErrorCode = refusal?.ErrorCode ?? 0, ErrorMessage = refusal?.ErrorMessage, Results = results });
    }

    private static Result Judge(UpdateFeaturesRequest.FeatureUpdateKey update)
    {
        short? level = Features.Finalized.FirstOrDefault(feature => feature.Name == update.Feature)?.MaxVersionLevel;
        string? problem = level is null ? $"There is no feature '{update.Feature}'."
            : level != update.MaxVersionLevel ? $"The feature '{update.Feature}' is in force at level {level}, and stays there."
            : null;
        return new Result { Feature = update.Feature, ErrorCode = (short)(problem is null ? ErrorCode.None : ErrorCode.InvalidUpdateVersion), ErrorMessage = problem };
    }
}
